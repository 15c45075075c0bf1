import { z } from 'zod';
import { count, header, modelReference } from './header.js';

const tensor = z.strictObject({
  name: z.string(),
  shape: z
    .array(z.union([z.int(), z.string()]))
    .nullable()
    .describe('as stored; null if not stated'),
});

const operator = z.strictObject({
  operator: z.string().describe('with its domain if that is not ai.onnx'),
  count,
  status: z.enum(['ok', 'refused', 'unused']).describe('unused: the output does not need it'),
  node: z.string().nullable().describe('first node that is refused'),
  fix: z.string().nullable().describe('what to do about a refusal'),
});

const layer = z.strictObject({
  node: z.string(),
  kind: z.enum(['linear', 'relu', 'max']),
  detail: z.string().describe('sizes of a linear map; slope of a leaky ReLU'),
  tensor: z.string().describe('name of the output; of the pre-activation for a ReLU'),
  shape: z.array(z.int()).describe('of the output, without the batch dimension'),
  neurons: count.describe('ReLU neurons of this layer'),
});

const lint = z.strictObject({
  kind: z.enum(['magnitude-ratio', 'large-constant', 'denormal']),
  node: z.string(),
  rows: count.describe('neurons of this node that are affected'),
  row: count.describe('the worst of them: output index, or output channel of a convolution'),
  smallest: z.number().describe('smallest non-zero magnitude in that row'),
  largest: z.number().describe('largest magnitude in that row'),
  message: z.string(),
});

const agreement = z
  .strictObject({
    samples: count.describe('random inputs'),
    tensors: count.describe('tensors compared, hidden ones included'),
    largestDifference: z.number(),
    shareOfBound: z.number().describe('largest difference relative to the rounding error bound; at most 1'),
  })
  .describe('of evaluation by napcert with onnxruntime on the file');

export const inspectSchema = z.strictObject({
  ...header('inspect'),
  model: modelReference,
  bytes: count,
  irVersion: count,
  opsets: z.array(z.strictObject({ domain: z.string(), version: z.int() })),
  producer: z.string(),
  inputs: z.array(tensor).describe('graph inputs that are not weights'),
  outputs: z.array(tensor),
  operators: z.array(operator),
  supported: z.boolean().describe('false: the exit code is 2, and the message on stderr says why'),
  network: z
    .strictObject({
      elementType: z.enum(['float32', 'float64']),
      inputSize: count,
      classes: count,
      neurons: count,
      parameters: count.describe('stored floating-point numbers'),
      layers: z.array(layer),
      notes: z.array(z.string()).describe('what lowering dropped or rounded'),
      lint: z.array(lint),
      agreement: agreement.nullable().describe('null: they disagree, or onnxruntime refused'),
    })
    .nullable()
    .describe('null if the model cannot be read'),
});

export type InspectDocument = z.infer<typeof inspectSchema>;
export type OperatorRow = z.infer<typeof operator>;
export type LayerRow = z.infer<typeof layer>;
