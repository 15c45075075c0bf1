/** Which operators of a model napcert reads, by operator, with what to do about the others. */
import { nodeLabel } from '../network/lowering/node-view.js';
import { SUPPORTED_OPS } from '../network/supported-ops.js';
import type { NodeProto } from '../onnx/model-proto.js';
import type { OperatorRow } from '../report/documents/inspect.js';
import { type InputError, UnsupportedError } from '../util/errors.js';

/**
 * One row per operator, in order of first appearance.
 * @param refusal why lowering stopped, or null if it succeeded
 */
export function operatorTable(nodes: readonly NodeProto[], refusal: InputError | null): OperatorRow[] {
  const rows = new Map<string, { nodes: NodeProto[]; supported: boolean }>();
  for (const node of nodes) {
    const name = operatorName(node);
    const row = rows.get(name) ?? { nodes: [], supported: SUPPORTED_OPS.some(({ op }) => op === name) };
    row.nodes.push(node);
    rows.set(name, row);
  }
  return [...rows].map(([operator, { nodes: own, supported }]) => {
    const named = refusal === null ? undefined : own.find((node) => nodeLabel(node) === refusal.fault.place);
    const base = { operator, count: own.length };
    if (named !== undefined && refusal instanceof UnsupportedError) {
      return { ...base, status: 'refused', node: nodeLabel(named), fix: refusal.message };
    }
    if (supported) return { ...base, status: 'ok', node: null, fix: null };
    if (refusal === null) return { ...base, status: 'unused', node: null, fix: null };
    const fix = 'not supported; replace it, or name an earlier tensor as the output';
    return { ...base, status: 'refused', node: nodeLabel(own[0]!), fix };
  });
}

function operatorName({ domain, opType }: NodeProto): string {
  return domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
}
