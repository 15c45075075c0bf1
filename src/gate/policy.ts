/** The policy file of the gate (YAML or JSON): what a release must show. Paths in it are relative to the file. */
import { z } from 'zod';
import { specFileSchema } from '../spec/spec-file.js';
import { PLAIN_TEXT } from '../util/plain-text.js';

const text = () => z.string().regex(PLAIN_TEXT, 'control characters are not allowed').min(1).max(1000);
const seconds = z.number().positive().max(1_000_000);
const classNumber = z.int().min(0).max(100_000);
const claims = z.array(specFileSchema.shape.properties.element).min(1);

const dataset = z.strictObject({
  path: text().describe('Dataset file or folder, or `mnist`'),
  labels: text().optional().describe('File of labels, for IDX and NPY'),
  labelColumn: text().optional().describe('CSV: name or number of the label column'),
  header: z.boolean().optional().describe('CSV: whether the first row names the columns'),
  split: text().optional().describe('Part of the samples: first:N, last:N, FROM:TO, mine or heldout'),
  limit: z.int().min(1).optional(),
  scale: z.enum(['unit', 'raw']).optional(),
});

/** The word by which a policy accepts that nobody shows which samples the NAPs were mined from. */
export const UNKNOWN_ACCEPTED = 'unknown-accepted';

const recall = z.strictObject({
  data: dataset.describe('Samples that the NAPs were not mined from'),
  minimum: z
    .number()
    .min(0)
    .max(1)
    .describe('Least share of the samples of a class that follow its NAP; without classes, of all samples'),
  classes: z.array(classNumber).min(1).optional().describe('Each of these classes must reach the minimum'),
  advisory: z.boolean().default(false),
});

const model = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits, dot, dash and underscore, at most 64')
      .describe('Names files of the gate; unique in the policy'),
    model: text().describe('ONNX file'),
    naps: text().optional().describe('NAP file; default: the one that the specification names'),
    specification: text().optional().describe('Specification file: all of its properties are required'),
    domain: specFileSchema.shape.domain
      .removeDefault()
      .optional()
      .describe('Inputs the claims speak about, where there is no specification; default [0, 1] for each'),
    data: dataset.optional().describe('Samples to look for counterexamples and witnesses in'),
    require: claims.optional().describe('Required properties, written as in a specification'),
    advisory: claims.optional().describe('Properties that are decided and shown, but not required'),
    mining: z
      .union([dataset, z.literal(UNKNOWN_ACCEPTED)])
      .optional()
      .describe(
        'Samples that the NAPs were mined from; a recall counts only if it shares none of them. unknown-accepted: nobody ' +
          'shows that, and it counts all the same',
      ),
    recall: z.array(recall).min(1).optional(),
  })
  .superRefine((entry, context) => {
    const required = entry.specification ?? entry.require ?? entry.recall?.find(({ advisory }) => !advisory);
    if (required === undefined) {
      const message = 'a specification, properties under require, or a recall that is not advisory';
      context.addIssue({ code: 'custom', path: [], message });
    }
    if (entry.specification !== undefined && entry.domain !== undefined) {
      const message = 'no domain here: the specification has one';
      context.addIssue({ code: 'custom', path: ['domain'], message });
    }
  });

export const policySchema = z
  .strictObject({
    'napcert-policy': z.literal(1).describe('Version of this file format'),
    name: text().max(100).optional().describe('For people; default: the name of the file'),
    resource: z.url().optional().describe('Where consumers fetch the release, for the verification summary'),
    arithmetic: z
      .enum(['real', 'float32'])
      .default('real')
      .describe('What evaluates the models: exact arithmetic, or any float32 runtime'),
    unknown: z
      .enum(['inconclusive', 'fail'])
      .default('inconclusive')
      .describe('What an undecided requirement makes of the release; neither lets it pass'),
    holes: z
      .array(text())
      .default([])
      .describe('Solvers whose answers may be trusted, by name: glpk, highs, or with version, "glpk 5.0"'),
    budget: z
      .strictObject({
        obligation: seconds.default(60).describe('Seconds per obligation'),
        total: seconds
          .optional()
          .describe('Seconds for deciding, all models together; checking is not counted'),
      })
      .default({ obligation: 60 }),
    engine: z.enum(['auto', 'bab', 'milp']).default('auto'),
    solver: z.enum(['glpk', 'highs']).default('glpk'),
    models: z.array(model).min(1),
  })
  .superRefine(({ models }, context) => {
    models.forEach(({ name }, i) => {
      if (models.findIndex((other) => other.name === name) === i) return;
      context.addIssue({
        code: 'custom',
        path: ['models', i, 'name'],
        message: 'a name that no other model has',
      });
    });
  })
  .describe('What a release must show before it passes (napcert gate)');

export type Policy = z.infer<typeof policySchema>;
export type PolicyModel = Policy['models'][number];
export type PolicyDataset = z.infer<typeof dataset>;
export type PolicyRecall = z.infer<typeof recall>;

/** JSON Schema (draft 2020-12) of the file, as text; `specs/policy.schema.json` is this text. */
export function policyJsonSchema(): string {
  const schema = z.toJSONSchema(policySchema, { target: 'draft-2020-12', io: 'input' });
  return `${JSON.stringify({ title: 'napcert policy', ...schema }, null, 2)}\n`;
}
