import { z } from 'zod';
import { header } from './header.js';

export const doctorSchema = z.strictObject({
  ...header('doctor'),
  ok: z.boolean().describe('every check passed'),
  platform: z.strictObject({ node: z.string(), system: z.string(), cpus: z.int(), memoryBytes: z.number() }),
  checks: z.array(
    z.strictObject({
      name: z.enum(['glpk', 'highs', 'jslp', 'onnxruntime']),
      ok: z.boolean(),
      version: z.string().nullable(),
      purpose: z.string(),
      detail: z.string().describe('what was tried, and what came back if it failed'),
      seconds: z.number().min(0),
    }),
  ),
});

export type DoctorDocument = z.infer<typeof doctorSchema>;
export type DoctorCheck = DoctorDocument['checks'][number];
