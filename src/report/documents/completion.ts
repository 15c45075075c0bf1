import { z } from 'zod';
import { header } from './header.js';

export const completionSchema = z.strictObject({
  ...header('completion'),
  shell: z.enum(['bash', 'zsh', 'fish']),
  script: z.string().describe('for this shell to read; it completes commands, options and their values'),
});

export type CompletionDocument = z.infer<typeof completionSchema>;
