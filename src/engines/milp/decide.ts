/**
 * Decides one obligation by mixed-integer programming.
 *
 * Requires: finite bounds where a big-M needs them. Returns: unsat with a `hole` (the solver is believed), sat
 * with a replayed point, or unknown. Method: the suffix behind each cut tensor, from the last hidden layer
 * towards the input; the first infeasible suffix decides. Sound: up to trust in the solver, which the hole names.
 * Complete: up to limits and tolerances. Reference: Tjeng, Xiao, Tedrake, ICLR 2019; suffix: A6 in the
 * proof-production literature (Isac et al. 2025).
 */
import { type Bounds, copyBounds, intervalBounds, propagate } from '../../bounds/interval.js';
import { cutTensors, producedAt } from '../../network/cuts.js';
import { forward } from '../../network/forward.js';
import type { Network, TensorId } from '../../network/network.js';
import { reluLayers } from '../../network/network.js';
import type { Obligation, UnknownReason } from '../../obligation/obligation.js';
import { solve } from '../../solvers/solve.js';
import type { SolveResult } from '../../solvers/solver.js';
import type { Confirmed, Decision, EngineContext } from '../decision.js';
import { type Encoding, encode, UnboundedEncodingError } from './encode.js';

/** Share of the remaining time that a suffix may use before a longer one is tried. */
const SUFFIX_SHARE = 0.4;

export async function decideByMilp(context: EngineContext, obligation: Obligation): Promise<Decision> {
  const { network } = context;
  const deadline = performance.now() + context.timeoutSeconds * 1000;
  const { bounds, empty } = intervalBounds(network, obligation.box, obligation.naps);
  if (empty !== null) {
    return {
      verdict: 'unsat',
      steps: [{ rule: 'bound', tensor: network.tensors[empty.tensor]!.name, index: empty.index }],
      margin: null,
    };
  }
  let open: Decision = unknown('timeout', 'no time left to start', null);
  for (const start of suffixStarts(network)) {
    const remaining = (deadline - performance.now()) / 1000;
    if (context.signal.aborted) return unknown('interrupted', 'stopped by the user', null);
    if (remaining <= 0) return open;
    const whole = start === network.input;
    let encoding: Encoding;
    try {
      encoding = encode(network, bounds, obligation, { start });
    } catch (error) {
      if (!(error instanceof UnboundedEncodingError)) throw error;
      open = unknown('unsupported', `${error.message}: the domain is unbounded there`, null);
      continue;
    }
    const timeoutSeconds = whole ? remaining : remaining * SUFFIX_SHARE;
    const result = await solve(encoding.model, {
      solver: context.solver,
      timeoutSeconds,
      signal: context.signal,
    });
    if (result.status === 'infeasible') return trusted(result, network, start, encoding);
    if (!whole) continue;
    open = await judgeWhole(context, obligation, bounds, encoding, result);
  }
  return open;
}

/** Outputs of hidden layers that cut the network, last first, then the input. */
function suffixStarts(network: Network): readonly TensorId[] {
  const hidden = new Set(reluLayers(network).map((layer) => layer.output));
  return [
    ...cutTensors(network)
      .filter((id) => hidden.has(id))
      .reverse(),
    network.input,
  ];
}

function trusted(result: SolveResult, network: Network, start: TensorId, encoding: Encoding): Decision {
  const whole = start === network.input;
  return {
    verdict: 'unsat',
    steps: [
      {
        rule: 'hole',
        reason: 'solver-trusted',
        solver: `${result.solver} ${result.version}`,
        status: result.nativeStatus,
        scope: `${whole ? 'whole network' : `suffix behind ${network.tensors[start]!.name}`}: ${encoding.model.rows} rows, ${encoding.model.columns} columns, ${encoding.binaries} binaries`,
      },
    ],
    margin: null,
  };
}

async function judgeWhole(
  context: EngineContext,
  obligation: Obligation,
  bounds: Bounds,
  encoding: Encoding,
  result: SolveResult,
): Promise<Decision> {
  switch (result.status) {
    case 'infeasible':
      throw new Error('handled before');
    case 'unbounded':
      return unknown('numerical', `${result.solver} calls a model without objective unbounded`, null);
    case 'optimal': {
      const outcome = await confirmSolution(context, obligation, bounds, encoding, result.x);
      if ('point' in outcome) return { verdict: 'sat', confirmed: outcome };
      return unknown(
        'numerical',
        `${result.solver} found a point that does not survive the replay: ${outcome.rejected}`,
        null,
      );
    }
    case 'unknown': {
      if (result.x !== null) {
        const outcome = await confirmSolution(context, obligation, bounds, encoding, result.x);
        if ('point' in outcome) return { verdict: 'sat', confirmed: outcome };
      }
      return unknown(
        result.reason,
        `${result.solver}: ${result.nativeStatus}, ${encoding.binaries} binaries`,
        null,
      );
    }
  }
}

/** First a point well inside the solution's linear region (an LP), then the solution itself. */
async function confirmSolution(
  context: EngineContext,
  obligation: Obligation,
  bounds: Bounds,
  encoding: Encoding,
  x: Float64Array,
): Promise<Confirmed | { readonly rejected: string }> {
  const point = startPoint(encoding, x);
  const inner = await interiorPoint(context, obligation, bounds, point);
  if (inner !== null) {
    const outcome = await context.confirm(
      obligation,
      inner,
      `${context.solver}, interior of a linear region`,
    );
    if ('point' in outcome) return outcome;
  }
  return context.confirm(obligation, point, context.solver);
}

function startPoint(encoding: Encoding, x: Float64Array): Float64Array {
  return encoding.startValue.map((value, i) =>
    encoding.startColumn[i]! < 0 ? value : x[encoding.startColumn[i]!]!,
  );
}

/** Within the linear region of `point`, the point deepest inside literals and output constraints; null if none. */
async function interiorPoint(
  context: EngineContext,
  obligation: Obligation,
  bounds: Bounds,
  point: Float64Array,
): Promise<Float64Array | null> {
  const { network } = context;
  const values = forward(network, point).tensors;
  const fixed = copyBounds(bounds);
  for (const { input } of reluLayers(network)) {
    const [lower, upper] = [fixed.lower[input]!, fixed.upper[input]!];
    for (let i = 0; i < lower.length; i++) {
      if (lower[i]! >= 0 || upper[i]! <= 0) continue;
      if (values[input]![i]! > 0) lower[i] = 0;
      else upper[i] = 0;
    }
  }
  if (propagate(network, fixed, producedAt(network, network.input) + 1) !== null) return null;
  const encoding = encode(network, fixed, obligation, { start: network.input, interior: true });
  const result = await solve(encoding.model, {
    solver: context.solver,
    timeoutSeconds: Math.max(5, context.timeoutSeconds / 4),
    signal: context.signal,
  });
  return result.status === 'optimal' ? startPoint(encoding, result.x) : null;
}

function unknown(reason: UnknownReason, detail: string, bestMargin: number | null): Decision {
  return {
    verdict: 'unknown',
    reason,
    detail,
    suggestion: suggestionFor(reason),
    provedMargin: null,
    bestMargin,
  };
}

function suggestionFor(reason: UnknownReason): string {
  switch (reason) {
    case 'timeout':
      return 'raise --timeout, mine at a lower delta (more literals), or try --solver highs';
    case 'node-limit':
    case 'memory':
      return 'raise the limit or mine at a lower delta (more literals)';
    case 'numerical':
    case 'boundary':
      return 'the margin is within solver tolerance; try the other --solver';
    case 'unsupported':
      return 'give the domain finite bounds';
    case 'solver-crash':
      return 'run `napcert doctor`, or try the other --solver';
    case 'interrupted':
      return 'run the same command again';
  }
}
