/**
 * Decides one obligation by mixed-integer programming.
 *
 * Requires: finite bounds where a big-M needs them. Returns: unsat with a `hole` (the solver is believed), sat
 * with a replayed point, or unknown. HiGHS must confirm what another solver calls infeasible. Method: the suffix behind each cut tensor, from the last hidden layer
 * towards the input; the first infeasible suffix decides. Sound: up to trust in the solver, which the hole names.
 * Complete: up to limits and tolerances. Reference: Tjeng, Xiao, Tedrake, ICLR 2019; suffix: A6 in the
 * proof-production literature (Isac et al. 2025).
 */
import { type Bounds, intervalBounds } from '../../bounds/interval.js';
import type { ProofStep } from '../../certificate/proof.js';
import type { Network, TensorId } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import { solve } from '../../solvers/solve.js';
import type { SolveResult } from '../../solvers/solver.js';
import type { Confirmed, Decision, EngineContext } from '../decision.js';
import { UnboundedEncodingError } from '../encoding/elements.js';
import { type Encoding, encode, valuesAt } from '../encoding/encode.js';
import { interiorPoint } from '../falsify/interior-point.js';
import { suffixStarts } from '../region.js';
import { undecided } from '../undecided.js';

/** Share of the remaining time that a suffix may use before a longer one is tried. */
const SUFFIX_SHARE = 0.4;

export async function decideByMilp(context: EngineContext, obligation: Obligation): Promise<Decision> {
  const { network } = context;
  const deadline = performance.now() + context.timeoutSeconds * 1000;
  const { bounds, empty } = intervalBounds(network, obligation.box, obligation.naps);
  if (empty !== null) {
    const steps: ProofStep[] = [
      { rule: 'bound', tensor: network.tensors[empty.tensor]!.name, index: empty.index },
    ];
    if (context.audit(obligation, steps, null).accepted) {
      return { verdict: 'unsat', steps, shared: null, core: null, margin: null };
    }
  }
  let open: Decision = undecided('timeout', 'no time left to start');
  for (const start of suffixStarts(network)) {
    const remaining = (deadline - performance.now()) / 1000;
    if (context.signal.aborted) return undecided('interrupted', 'stopped by the user');
    if (remaining <= 0) return open;
    const whole = start === network.input;
    let encoding: Encoding;
    try {
      encoding = encode(network, bounds, obligation, { start, style: 'exact', goal: 'constraints' });
    } catch (error) {
      if (!(error instanceof UnboundedEncodingError)) throw error;
      open = undecided('unsupported', `${error.message}: the domain is unbounded there`);
      continue;
    }
    const timeoutSeconds = whole ? remaining : remaining * SUFFIX_SHARE;
    const result = await solve(encoding.model, {
      solver: context.solver,
      timeoutSeconds,
      signal: context.signal,
    });
    if (result.status === 'infeasible') {
      const second = await secondOpinion(context, encoding, deadline);
      if (second === null || second.status === 'infeasible')
        return trusted(second === null ? [result] : [result, second], network, start, encoding);
      open = undecided(
        'numerical',
        `${result.solver} finds no solution (${result.nativeStatus}), ${second.solver} does not confirm that (${second.nativeStatus})`,
      );
      continue;
    }
    if (!whole) continue;
    open = await judgeWhole(context, obligation, bounds, encoding, result);
  }
  return open;
}

/**
 * HiGHS's view of a model that another solver calls infeasible; null if HiGHS said so itself. GLPK does so wrongly for
 * rows of very different scale (test/corpus), and a wrong "infeasible" is a wrong "holds".
 */
async function secondOpinion(
  { solver, signal }: EngineContext,
  encoding: Encoding,
  deadline: number,
): Promise<SolveResult | null> {
  if (solver === 'highs') return null;
  const timeoutSeconds = Math.max(1, (deadline - performance.now()) / 1000);
  return solve(encoding.model, { solver: 'highs', timeoutSeconds, signal });
}

function trusted(
  results: readonly SolveResult[],
  network: Network,
  start: TensorId,
  encoding: Encoding,
): Decision {
  const whole = start === network.input;
  return {
    verdict: 'unsat',
    steps: [
      {
        rule: 'hole',
        reason: 'solver-trusted',
        solver: results.map(({ solver, version }) => `${solver} ${version}`).join(' and '),
        status: results.map(({ nativeStatus }) => nativeStatus).join(' and '),
        scope: `${whole ? 'whole network' : `suffix behind ${network.tensors[start]!.name}`}: ${encoding.model.rows} rows, ${encoding.model.columns} columns, ${encoding.binaries} binaries`,
      },
    ],
    shared: null,
    core: null,
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
      return undecided('numerical', `${result.solver} calls a model without objective unbounded`);
    case 'optimal': {
      const outcome = await confirmSolution(context, obligation, bounds, encoding, result.x);
      if ('point' in outcome) return { verdict: 'sat', confirmed: outcome };
      return undecided(
        'numerical',
        `${result.solver} found a point that does not survive the replay: ${outcome.rejected}`,
      );
    }
    case 'unknown': {
      if (result.x !== null) {
        const outcome = await confirmSolution(context, obligation, bounds, encoding, result.x);
        if ('point' in outcome) return { verdict: 'sat', confirmed: outcome };
      }
      return undecided(
        result.reason,
        `${result.solver}: ${result.nativeStatus}, ${encoding.binaries} binaries`,
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
  return valuesAt(encoding.elements.get(encoding.start)!, x);
}
