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
import { Admission } from './admit.js';
import { Decider } from './decider.js';
import type { AdmitTask, DecideTask, LaneAnswer, LaneModel, LaneTask } from './lane-protocol.js';

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

export default async function runTask({ task, port }: LaneCall<LaneTask>): Promise<LaneAnswer> {
  const stop = new AbortController();
  port.on('message', () => stop.abort());
  try {
    opened ??= open();
    const decider = await opened;
    const region = hold(decider, task);
    // Equal regions become the same objects, by which bounds and tolerances are known.
    const { box, naps, tolerances } = region.first;
    const obligation = { ...task.obligation, box, naps, ...(tolerances === undefined ? {} : { tolerances }) };
    return task.kind === 'decide'
      ? await decide(decider, region, task, obligation, { signal: stop.signal, port })
      : await admit(region, task, obligation);
  } finally {
    port.close();
  }
}

function hold(decider: Decider, { region, obligation }: LaneTask): Held {
  if (held?.key === region) return held;
  sent.clear();
  const admission = new Admission(decider.model, decider.replayer);
  held = { key: region, first: obligation, data: undefined, admission };
  return held;
}

async function decide(
  decider: Decider,
  region: Held,
  { sample, settings }: DecideTask,
  obligation: Obligation,
  { signal, port }: { readonly signal: AbortSignal; readonly port: LaneCall<LaneTask>['port'] },
): Promise<LaneAnswer> {
  if (sample !== 'kept') region.data = sample === null ? null : scannedFrom(decider.model.network, sample);
  if (region.data === undefined) throw new Error(`the thread has no sample of region ${region.key}`);
  const tell = sparingly((reach) => port.postMessage(reach));
  return withoutRepetition(await decider.decide(obligation, settings, region.data, signal, tell));
}

async function admit(
  { admission }: Held,
  { answer, lemmas, worker }: AdmitTask,
  obligation: Obligation,
): Promise<LaneAnswer> {
  const admitted = await admission.admit(obligation, answer, lemmas, worker);
  if ('rejected' in admitted) return { kind: 'rejected', rejected: admitted.rejected };
  return withoutRepetition({ decision: admitted.decision, engine: answer.engine, seconds: 0 });
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
