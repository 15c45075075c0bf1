import { z } from 'zod';
import { header } from './header.js';

const count = z.int().min(0);

export const statusSchema = z.strictObject({
  ...header('status'),
  redis: z.string().describe('address, without user and password'),
  build: z
    .string()
    .nullable()
    .describe('digest of the program that coordinators run; null while there is none'),
  queue: z.strictObject({
    waiting: count,
    running: count,
    done: count,
    failed: count,
    perMinute: z
      .number()
      .min(0)
      .describe('jobs done per minute by the workers that are there, since they started'),
  }),
  workers: z.array(
    z.strictObject({
      id: z.string(),
      host: z.string(),
      build: z.string(),
      lanes: count,
      busy: count,
      done: count,
      failed: count,
      uptime: z.number().min(0).describe('seconds'),
      memoryMiB: z.number().min(0),
    }),
  ),
  runs: z.array(
    z.strictObject({
      id: z.string(),
      claims: z.string(),
      outstanding: count.describe('obligations in the queue'),
      waiting: count.describe('obligations that wait for a place in the queue'),
      decided: count,
      cubesOpen: count,
      leastMargin: z.number().nullable().describe('least margin proved so far'),
    }),
  ),
  running: z.array(
    z.strictObject({
      id: z.string(),
      seconds: count,
      attempt: count,
      at: z.string().nullable().describe('of the obligations of the job, the one that takes long'),
      margin: z
        .number()
        .nullable()
        .describe('its margin is at least this, says the worker; nothing is proved'),
      nearest: z.number().nullable().describe('its margin is at most this, says the worker'),
    }),
  ),
  poison: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
});

export type StatusDocument = z.infer<typeof statusSchema>;
