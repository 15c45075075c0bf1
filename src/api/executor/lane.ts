/** Script of a deciding thread: one model, one region at a time. */
import { workerData } from 'node:worker_threads';
import type { Reach } from '../../engines/decision.js';
import type { ScannedData } from '../../engines/falsify/follower-scan.js';
import { scannedFrom } from '../../engines/falsify/region-sample.js';
import type { Decided } from '../../engines/portfolio.js';
import { lowerModel } from '../../network/lower.js';
import type { Obligation } from '../../obligation/obligation.js';
import { decodeModel } from '../../onnx/load-model.js';
import type { LaneCall } from '../../pool/lane.js';
import { Turn } from '../../pool/turn.js';
import { Admission } from './admit.js';
import { Decider } from './decider.js';
import type {
  AdmitTask,
  DecideTask,
  LaneAnswer,
  LaneAnswers,
  LaneModel,
  LaneReach,
  LaneTask,
} from './lane-protocol.js';

interface Held {
  readonly key: string;
  readonly first: Obligation;
  /** Undefined until a task brings it: the thread may have begun with checking. */
  data: ScannedData | null | undefined;
  readonly admission: Admission;
}

let opened: Promise<Decider> | null = null;
let held: Held | null = null;
const sent = new Set<string>();

async function open(): Promise<Decider> {
  const { bytes, sha256, arithmetic } = workerData as LaneModel;
  const network = lowerModel(decodeModel(bytes));
  return Decider.open({ bytes, sha256, network, arithmetic });
}

export default async function runTask({ task, port }: LaneCall<LaneTask>): Promise<LaneAnswers> {
  const stop = new AbortController();
  port.on('message', () => stop.abort());
  try {
    opened ??= open();
    const decider = await opened;
    return task.kind === 'decide'
      ? await decide(decider, task, { signal: stop.signal, port })
      : await admit(decider, task);
  } finally {
    port.close();
  }
}

function hold(decider: Decider, key: string, first: Obligation): Held {
  if (held?.key === key) return held;
  sent.clear();
  held = { key, first, data: undefined, admission: new Admission(decider.model, decider.replayer) };
  return held;
}

/** Equal regions become the same objects, by which bounds and tolerances are known. */
function within({ first: { box, naps, tolerances } }: Held, obligation: Obligation): Obligation {
  return { ...obligation, box, naps, ...(tolerances === undefined ? {} : { tolerances }) };
}

async function decide(
  decider: Decider,
  { obligations, region: key, sample, settings, turn }: DecideTask,
  { signal, port }: { readonly signal: AbortSignal; readonly port: LaneCall<LaneTask>['port'] },
): Promise<LaneAnswers> {
  const [first] = obligations;
  if (first === undefined) return [];
  const region = hold(decider, key, first);
  if (sample !== 'kept') region.data = sample === null ? null : scannedFrom(decider.model.network, sample);
  if (region.data === undefined) throw new Error(`the thread has no sample of region ${key}`);
  const list = new Turn(turn);
  const answers: LaneAnswer[] = [];
  for (const [at, obligation] of obligations.entries()) {
    if (!list.begin()) break;
    const tell = sparingly((reach) => port.postMessage({ at, reach } satisfies LaneReach));
    const decided = await decider.decide(within(region, obligation), settings, region.data, signal, tell);
    answers.push(withoutRepetition(decided));
  }
  return answers;
}

async function admit(decider: Decider, { statements, region: key }: AdmitTask): Promise<LaneAnswers> {
  const answers: LaneAnswer[] = [];
  for (const { obligation, answer, lemmas, worker } of statements) {
    const region = hold(decider, key, obligation);
    const admitted = await region.admission.admit(within(region, obligation), answer, lemmas, worker);
    answers.push(
      'rejected' in admitted
        ? { kind: 'rejected', rejected: admitted.rejected }
        : withoutRepetition({ decision: admitted.decision, engine: answer.engine, seconds: 0 }),
    );
  }
  return answers;
}

/** Least time between two messages of one stage: they are for people. */
const TOLD_MS = 200;

function sparingly(tell: (reach: Reach) => void): (reach: Reach) => void {
  let stage = '';
  let last = Number.NEGATIVE_INFINITY;
  return (reach) => {
    const now = performance.now();
    if (reach.stage === stage && now - last < TOLD_MS) return;
    stage = reach.stage;
    last = now;
    tell(reach);
  };
}

function withoutRepetition(decided: Decided): LaneAnswer {
  const { decision } = decided;
  if (decision.verdict !== 'unsat' || decision.shared === null)
    return { kind: 'decided', decided, lemmas: null };
  const { id, lemmas } = decision.shared;
  const known = sent.has(id);
  sent.add(id);
  const light = { ...decision, shared: { id, lemmas: [] } };
  return { kind: 'decided', decided: { ...decided, decision: light }, lemmas: known ? 'sent' : lemmas };
}
