/** A redis-server of its own for a test: free port, temporary folder, ended by its process id. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

const present = spawnSync('redis-server', ['--version']).status === 0;

/** Null where redis-server is installed, else why tests that need it are skipped. */
export const REDIS_MISSING: string | null = present ? null : 'redis-server is not installed';

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: () => number;
  /** Ends the server, at once or in order. */
  readonly stop: (signal?: 'SIGKILL' | 'SIGTERM') => Promise<void>;
  /** Starts it again on the same port and folder. */
  readonly start: () => Promise<void>;
  /** Ends it and removes its folder. */
  readonly remove: () => Promise<void>;
  readonly client: () => Redis;
}

export async function startRedis(extra: readonly string[] = []): Promise<TestRedis> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'napcert-redis-'));
  const clients: Redis[] = [];
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...extra];
    child = spawn('redis-server', args, { stdio: 'ignore' });
    await answering(port, passwordIn(extra));
  };
  const stop = async (signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill(signal);
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: () => child!.pid!,
    stop,
    start,
    remove: async () => {
      for (const client of clients) client.disconnect();
      await stop('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
    client: () => {
      const client = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: null });
      client.on('error', () => {});
      clients.push(client);
      return client;
    },
  };
}

function passwordIn(extra: readonly string[]): string | undefined {
  const at = extra.indexOf('--requirepass');
  return at < 0 ? undefined : extra[at + 1];
}

async function answering(port: number, password: string | undefined): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const client = new Redis({
      host: '127.0.0.1',
      port,
      ...(password === undefined ? {} : { password }),
      lazyConnect: true,
      retryStrategy: () => null,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.ping();
      return;
    } catch (error) {
      if (attempt > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      client.disconnect();
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
