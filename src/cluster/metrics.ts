/** What a worker tells Prometheus, over HTTP. */
import { createServer } from 'node:http';
import type { Redis } from 'ioredis';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { InputError } from '../util/errors.js';
import { key } from './names.js';
import type { JobEnd } from './worker.js';

export interface MetricsServer {
  readonly onJob: (outcome: JobEnd, seconds: number) => void;
  readonly port: number;
  readonly close: () => Promise<void>;
}

export interface MetricsOptions {
  readonly host: string;
  readonly port: number;
  readonly lanes: number;
  readonly busy: () => number;
  readonly redis: Redis;
}

/** Seconds: from what a queue costs to what a hard obligation takes. */
const BUCKETS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600];

/** @throws InputError if the address cannot be listened on */
export async function startMetrics(options: MetricsOptions): Promise<MetricsServer> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const jobs = new Counter({
    name: 'napcert_jobs_total',
    help: 'Obligations that were decided, by verdict; jobs that failed, were cancelled or given back',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'napcert_job_seconds',
    help: 'Time per obligation that was decided, or per job that was not, by outcome',
    labelNames: ['outcome'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const lanes = new Gauge({
    name: 'napcert_lanes',
    help: 'Jobs that can run at once',
    registers: [registry],
  });
  lanes.set(options.lanes);
  new Gauge({
    name: 'napcert_busy',
    help: 'Jobs that are running',
    registers: [registry],
    collect() {
      this.set(options.busy());
    },
  });
  new Gauge({
    name: 'napcert_queue_waiting',
    help: 'Jobs of the cluster that nobody has taken',
    registers: [registry],
    async collect() {
      if (options.redis.status === 'ready') this.set(await options.redis.llen(key.waiting));
    },
  });
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(request.url === '/healthz' ? 200 : 404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new InputError('metrics cannot be served', { place: '--metrics', found: error.message })),
    );
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    onJob: (outcome, took) => {
      jobs.inc({ outcome });
      seconds.observe({ outcome }, took);
    },
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
