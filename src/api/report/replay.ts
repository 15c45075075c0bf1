/** The points of a certificate's counterexamples, evaluated again: what a report shows is what it computed itself. */
import type { ObligationResult } from '../../certificate/certificate.js';
import { elementAt } from '../../checker/exact/dyadic-vector.js';
import { evaluateExact, exactLogits } from '../../checker/exact/evaluate.js';
import { decimalText } from '../../checker/exact/rational-text.js';
import { type OracleSession, openSession } from '../../network/oracle.js';
import type { ExhibitedPoint } from '../../report/exhibit.js';
import { InputError } from '../../util/errors.js';
import type { OpenedModel } from '../open-model.js';

/** Digits of an exact logit, as in certificates. */
const DIGITS = 17;

/**
 * Points by obligation. Without a model that the check accepted they are shown as stated. A missing onnxruntime leaves
 * its column empty.
 */
export async function exhibitPoints(
  obligations: readonly ObligationResult[],
  model: OpenedModel | null,
): Promise<ReadonlyMap<string, ExhibitedPoint>> {
  const points = new Map<string, ExhibitedPoint>();
  const refuted = obligations.flatMap(({ id, evidence }) =>
    evidence.kind === 'counterexample' ? [{ id, replay: evidence.replay }] : [],
  );
  if (refuted.length === 0) return points;
  const session = model === null ? null : await sessionOrNull(model);
  try {
    for (const { id, replay } of refuted) {
      const { point, exactLogits: stated, runtimeLogits } = replay;
      points.set(
        id,
        model === null
          ? { point, replayed: false, exactLogits: stated, runtimeLogits }
          : await evaluated(model, session, point),
      );
    }
  } finally {
    await session?.close();
  }
  return points;
}

async function evaluated(
  { network }: OpenedModel,
  session: OracleSession | null,
  point: readonly number[],
): Promise<ExhibitedPoint> {
  const input = Float64Array.from(point);
  const logits = exactLogits(network, evaluateExact(network, input));
  const runtime = session === null ? null : await session.run(input, 1);
  return {
    point,
    replayed: true,
    exactLogits: logits.num.map((_, i) => decimalText(elementAt(logits, i), DIGITS)),
    runtimeLogits: runtime === null ? null : [...runtime.logits],
  };
}

async function sessionOrNull({ loaded, network }: OpenedModel): Promise<OracleSession | null> {
  try {
    return await openSession(loaded.bytes, network);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
