/** Lines of `--events FILE` and of the `jsonl` report: one JSON object each. */
import { z } from 'zod';
import { loggableJson } from '../../util/plain-text.js';
import { count, sha256Hex } from './header.js';

const start = z.strictObject({
  event: z.literal('start'),
  time: z.string(),
  napcert: z.string(),
  model: z.string(),
  modelSha256: sha256Hex,
  properties: count.nullable().describe('to be decided; null where that is not known yet'),
});

const obligation = z.strictObject({
  event: z.literal('obligation'),
  time: z.string(),
  id: z.string(),
  digest: sha256Hex,
  verdict: z.enum(['unsat', 'sat', 'unknown']),
  engine: z.string(),
  seconds: z.number(),
  margin: z.number().nullable().describe('proved lower bound of own logit minus competitor'),
  reason: z.string().nullable().describe('why it is unknown'),
});

const property = z.strictObject({
  event: z.literal('property'),
  time: z.string(),
  id: z.string(),
  verdict: z.enum(['holds', 'violated', 'unknown', 'vacuous']),
  status: z.string().nullable().describe('after the check; null while deciding goes on'),
  claim: z.string(),
});

const end = z.strictObject({
  event: z.literal('end'),
  time: z.string(),
  certificate: z.string(),
  sha256: sha256Hex,
  check: z.enum(['valid', 'incomplete', 'invalid', 'unchecked']).nullable(),
  interrupted: z.boolean(),
});

const progress = z
  .strictObject({
    event: z.literal('progress'),
    time: z.string(),
    id: z.string(),
    seconds: z.number(),
    stage: z.enum(['suffix', 'bounds', 'points', 'inputs', 'cubes', 'search', 'milp']),
    nodes: count.nullable(),
    closedShare: z.number().nullable().describe('of the tree, if a node counts half of its parent'),
    margin: z.number().nullable().describe('best lower bound of own logit minus competitor so far'),
    nearest: z.number().nullable().describe('least own logit minus competitor at a point that was met'),
  })
  .describe('an obligation that takes long; figures are floating point, none of them is evidence');

const recall = z
  .strictObject({
    event: z.literal('recall'),
    time: z.string(),
    model: z.string().describe('in the policy'),
    modelSha256: sha256Hex,
    class: count.nullable().describe('null: all samples'),
    status: z
      .enum(['met', 'stated', 'too-low', 'missing'])
      .describe('stated: a decision that was read from a file says that it is met'),
    minimum: z.number(),
    measured: z
      .strictObject({ count, of: count, value: z.number().nullable() })
      .nullable()
      .describe('null if it was not measured'),
    dataset: z
      .strictObject({ name: z.string(), selection: z.string(), digest: sha256Hex, samples: count })
      .nullable(),
    advisory: z.boolean(),
    detail: z.string(),
  })
  .describe("a requirement of a gate's policy about recall: a statistic, no proof");

export const eventSchema = z.discriminatedUnion('event', [
  start,
  obligation,
  property,
  progress,
  end,
  recall,
]);

export type ReportEvent = z.infer<typeof eventSchema>;

/** One line, with its newline. */
export function eventLine(event: ReportEvent): string {
  return `${loggableJson(JSON.stringify(event))}\n`;
}
