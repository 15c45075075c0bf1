/** Options of commands that can share their work over Redis. Passwords come from the environment. */
import { type Command, Option } from 'commander';
import type { RedisChoice } from '../api/choices.js';
import type { ClusterChoice } from '../api/executor/open-cluster.js';
import { integerOption } from './arguments.js';
import { withRequiredOption } from './required-option.js';

export interface RedisFlags {
  readonly redis?: string;
  readonly redisCa?: string;
}

export interface ClusterFlags extends RedisFlags {
  readonly store?: string;
  readonly redisWait?: number;
  readonly splitAfter?: number;
}

/** Environment variables that hold what should not be typed into a command line. */
const REDIS_USERNAME_VARIABLE = 'NAPCERT_REDIS_USERNAME';
const REDIS_PASSWORD_VARIABLE = 'NAPCERT_REDIS_PASSWORD';

const REDIS_HELP = `share the work over this Redis: redis://HOST:PORT, or rediss:// for TLS; user and password from ${REDIS_USERNAME_VARIABLE} and ${REDIS_PASSWORD_VARIABLE}`;

export function withRedisOptions(command: Command, required = false): Command {
  if (required) withRequiredOption(command, '--redis <url>', REDIS_HELP);
  else command.option('--redis <url>', REDIS_HELP);
  return command.option(
    '--redis-ca <file>',
    'PEM file of the authority that signed the certificate of the Redis server',
  );
}

export function withStoreOption(command: Command): Command {
  return command.addOption(
    new Option('--store <folder>', 'folder that all machines see, for models and proofs (default: Redis)'),
  );
}

/** For commands that hand out work. */
export function withClusterOptions(command: Command): Command {
  withStoreOption(withRedisOptions(command));
  return command
    .option(
      '--redis-wait <seconds>',
      'how long to wait while there is no worker (default 300)',
      integerOption('--redis-wait', 1),
    )
    .option(
      '--split-after <seconds>',
      'split an obligation that takes longer into cubes, where workers are idle; 0 for never (default 10)',
      integerOption('--split-after', 0),
    );
}

export function redisChoice(url: string, flags: RedisFlags): RedisChoice {
  const username = process.env[REDIS_USERNAME_VARIABLE];
  const password = process.env[REDIS_PASSWORD_VARIABLE];
  return {
    url,
    ...(flags.redisCa === undefined ? {} : { caFile: flags.redisCa }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

/** Null without `--redis`. */
export function clusterChoice(flags: ClusterFlags, jobs?: number): ClusterChoice | null {
  if (flags.redis === undefined) return null;
  return {
    ...redisChoice(flags.redis, flags),
    ...(flags.store === undefined ? {} : { store: flags.store }),
    ...(flags.redisWait === undefined ? {} : { waitSeconds: flags.redisWait }),
    ...(flags.splitAfter === undefined ? {} : { splitAfterSeconds: flags.splitAfter }),
    ...(jobs === undefined ? {} : { jobs }),
  };
}
