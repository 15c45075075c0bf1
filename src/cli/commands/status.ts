import type { Command } from 'commander';
import { statusText } from '../../report/text/status.js';
import { type RedisFlags, redisChoice, withRedisOptions } from '../cluster-options.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';

interface Flags extends CommonOptions, RedisFlags {
  readonly redis: string;
}

export function registerStatus(program: Command): void {
  const command = program
    .command('status')
    .description('Workers, queue, runs and what is running on a cluster.');
  withRedisOptions(command, true);
  withCommonOptions(command, [
    'status --redis redis://queue:6379',
    'status --redis redis://queue:6379 --json',
  ]).action((flags: Flags) =>
    run(flags, async () => {
      const { showStatus } = await import('../../api/cluster-status.js');
      const document = await showStatus(redisChoice(flags.redis, flags));
      return { document, text: statusText, exitCode: EXIT.ok };
    }),
  );
}
