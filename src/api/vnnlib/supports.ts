/** What `napcert vnnlib supports` prints: one answer per option of the standard. */
import { OPSET_RANGE, SUPPORTED_OPS } from '../../network/supported-ops.js';

export const CAPABILITIES = [
  'onnx-operators',
  'onnx-opset-versions',
  'onnx-element-types',
  'vnnlib-versions',
  'hidden-node-theories',
  'multiple-input-output-theories',
  'multiple-network-theories',
  'multiple-node-comparison-theories',
  'arithmetic-complexity-theories',
  'optimised-disjunctive-reasoning',
  'serialise-assignments',
] as const;

export type Capability = (typeof CAPABILITIES)[number];

/** Lines; `*` marks partial support, with a note behind it. */
export function supports(capability: Capability): readonly string[] {
  switch (capability) {
    case 'onnx-operators':
      return SUPPORTED_OPS.map(({ op, condition }) => (condition === 'always' ? op : `${op} * ${condition}`));
    case 'onnx-opset-versions':
      return [String(OPSET_RANGE.least), String(OPSET_RANGE.most)];
    case 'onnx-element-types':
      return ['real', 'float32'];
    case 'vnnlib-versions':
      return ['1.0', '2.0'];
    case 'hidden-node-theories':
      return ['NH', 'H * signs of neurons'];
    case 'multiple-input-output-theories':
      return ['SIO'];
    case 'multiple-network-theories':
      return ['SNET'];
    case 'multiple-node-comparison-theories':
      return ['SNC'];
    case 'arithmetic-complexity-theories':
      return ['BND', 'OUTC', 'LIN * linear constraints on outputs only'];
    case 'optimised-disjunctive-reasoning':
      return ['true'];
    case 'serialise-assignments':
      return ['true'];
  }
}
