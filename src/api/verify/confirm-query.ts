/** Replays candidates of VNN-LIB queries: the query is evaluated as it is written, exactly and on onnxruntime's outputs. */
import { elementAt } from '../../checker/exact/dyadic-vector.js';
import { evaluateExact, exactLogits } from '../../checker/exact/evaluate.js';
import { fromDouble } from '../../checker/exact/rational.js';
import { decimalText } from '../../checker/exact/rational-text.js';
import { evaluateReference } from '../../checker/float-error/reference.js';
import { queryFailure, type ValueAt } from '../../checker/query.js';
import type { Confirm } from '../../engines/decision.js';
import type { Network } from '../../network/network.js';
import type { OracleSession } from '../../network/oracle.js';
import type { Obligation } from '../../obligation/obligation.js';
import { innerBox } from '../../obligation/query.js';
import type { QueryProperty } from '../../spec/property.js';
import { roundInto } from './round-into.js';

/**
 * A candidate is confirmed if, rounded to the model's element type, it satisfies the query in the arithmetic that is
 * claimed about, and still does with the outputs of onnxruntime in place of the computed ones.
 */
export async function confirmQuery(
  network: Network,
  runtime: OracleSession,
  obligation: Obligation,
  query: QueryProperty,
  candidate: Float64Array,
  source: string,
): ReturnType<Confirm> {
  const box = innerBox(network, query, obligation.id) ?? obligation.box;
  const point = roundInto(candidate, box, network.elementType);
  if (!point.every(Number.isFinite)) return { rejected: 'a number that is not finite' };
  const exact = evaluateExact(network, point);
  const computed = obligation.tolerances === undefined ? null : evaluateReference(network, point);
  if (computed?.every((values) => values.every(Number.isFinite)) === false)
    return { rejected: 'an overflow in float32' };
  const own: ValueAt = (tensor, index) =>
    computed === null ? elementAt(exact.values[tensor]!, index) : fromDouble(computed[tensor]![index]!);
  const failure = queryFailure(network, query, own);
  if (failure !== null)
    return { rejected: `${failure.what}: expected ${failure.expected}, found ${failure.found}` };
  const { logits } = await runtime.run(point, 1);
  const runtimeLogits = [...logits];
  if (!runtimeLogits.every(Number.isFinite)) return { rejected: 'onnxruntime overflows' };
  const deployed = queryFailure(network, query, (tensor, index) =>
    tensor === network.output ? fromDouble(runtimeLogits[index]!) : own(tensor, index),
  );
  const exactOutputs = exactLogits(network, exact);
  const exactTexts = exactOutputs.num.map((_, i) => decimalText(elementAt(exactOutputs, i), 20));
  if (deployed !== null) {
    return {
      rejected: `onnxruntime disagrees: its outputs are ${runtimeLogits.join(', ')}, exactly ${exactTexts.join(', ')}`,
    };
  }
  return { point, exactLogits: exactTexts, runtimeLogits, source };
}
