/**
 * What a back end must offer, and the one place that knows which back ends exist.
 * Each is imported only when asked for, so that one that is missing does not break the others.
 */
import { assertNever } from '../util/errors.js';
import type { LinearModel, SolveResult, SolverName } from './solver.js';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What a native solver answered, before anybody has re-checked it. */
export type Outcome = DistributiveOmit<SolveResult, 'solver' | 'version' | 'seconds'>;

/** A loaded back end. `run` blocks its thread; it expects a model that has passed the guard. */
export interface Adapter {
  readonly name: SolverName;
  readonly version: string;
  /** May throw when the native code aborts; the instance is then dead and its thread must be ended. */
  run(model: LinearModel, timeLimitSeconds: number): Outcome;
}

/** An `unknown` outcome without incumbent or bound. */
export function unknownOutcome(
  reason: Extract<Outcome, { status: 'unknown' }>['reason'],
  nativeStatus: string,
  x: Float64Array | null = null,
  bound: number | null = null,
): Outcome {
  return { status: 'unknown', reason, nativeStatus, x, bound };
}

/** Loads the WebAssembly or JavaScript of one back end. */
export async function loadAdapter(name: SolverName): Promise<Adapter> {
  switch (name) {
    case 'glpk':
      return (await import('./glpk.js')).loadGlpk();
    case 'highs':
      return (await import('./highs.js')).loadHighs();
    case 'jslp':
      return (await import('./jslp.js')).loadJslp();
    default:
      return assertNever(name, 'solver');
  }
}

/** True when the model has an integral column. */
export function isMip(model: LinearModel): boolean {
  return model.integer.some((flag) => flag !== 0);
}
