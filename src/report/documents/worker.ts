import { z } from 'zod';
import { header } from './header.js';

export const workerSchema = z.strictObject({
  ...header('worker'),
  id: z.string(),
  jobs: z.int().min(1).describe('threads'),
  ended: z
    .record(z.string(), z.int().min(0))
    .describe('jobs by how they ended: sat, unsat, unknown, failed, cancelled, returned to the queue'),
});

export type WorkerDocument = z.infer<typeof workerSchema>;
