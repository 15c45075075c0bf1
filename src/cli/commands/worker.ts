import { availableParallelism, totalmem } from 'node:os';
import type { Command } from 'commander';
import { workerText } from '../../report/text/worker.js';
import { hostAndPortOption, integerOption } from '../arguments.js';
import { type RedisFlags, redisChoice, withRedisOptions, withStoreOption } from '../cluster-options.js';
import { type CommonOptions, run, withCommonOptions } from '../context.js';
import { EXIT } from '../exit-codes.js';

interface Flags extends CommonOptions, RedisFlags {
  readonly redis: string;
  readonly jobs?: number;
  readonly maxMemory?: number;
  readonly store?: string;
  readonly metrics?: { readonly host: string; readonly port: number };
  readonly idle?: number;
}

/** Share of the machine's memory that a worker takes unless told otherwise. */
const MEMORY_SHARE = 0.75;

export function registerWorker(program: Command): void {
  const command = program
    .command('worker')
    .description(
      'Decide obligations that `napcert verify --redis URL` hands out. SIGTERM or Ctrl-C gives running jobs back to ' +
        'the queue. Exit code 2 if the cluster runs another build of napcert.',
    );
  withStoreOption(withRedisOptions(command, true))
    .option('--jobs <n>', 'obligations at once (default: one per core)', integerOption('--jobs', 1, 256))
    .option(
      '--max-memory <mib>',
      'memory for all of them together (default: three quarters of the machine)',
      integerOption('--max-memory', 64),
    )
    .option(
      '--metrics <host:port>',
      'serve metrics for Prometheus at /metrics, and /healthz',
      hostAndPortOption('--metrics'),
    )
    .option('--idle <seconds>', 'end when no job has come for this long', integerOption('--idle', 1));
  withCommonOptions(command, [
    'worker --redis redis://queue:6379',
    'worker --redis rediss://queue:6380 --redis-ca ca.pem --jobs 8 --metrics 0.0.0.0:9464',
  ]).action((flags: Flags) =>
    run(flags, async ({ progress, signal }) => {
      const { runWorker } = await import('../../api/cluster-worker.js');
      const document = await runWorker(
        {
          ...redisChoice(flags.redis, flags),
          jobs: flags.jobs ?? availableParallelism(),
          maxMemoryBytes:
            flags.maxMemory === undefined ? totalmem() * MEMORY_SHARE : flags.maxMemory * 2 ** 20,
          ...(flags.store === undefined ? {} : { store: flags.store }),
          ...(flags.metrics === undefined ? {} : { metrics: flags.metrics }),
          ...(flags.idle === undefined ? {} : { idleSeconds: flags.idle }),
        },
        signal('giving running jobs back'),
        progress,
      );
      return { document, text: workerText, exitCode: EXIT.ok };
    }),
  );
}
