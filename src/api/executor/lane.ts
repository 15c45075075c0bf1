/** Script of a deciding thread: one model, one region at a time. */
import { workerData } from 'node:worker_threads';
import type { ScannedData } from '../../engines/falsify/follower-scan.js';
import { scannedFrom } from '../../engines/falsify/region-sample.js';
import { lowerModel } from '../../network/lower.js';
import type { Obligation } from '../../obligation/obligation.js';
import { decodeModel } from '../../onnx/load-model.js';
import type { LaneCall } from '../../pool/lane.js';
import { Decider } from './decider.js';
import type { LaneAnswer, LaneModel, LaneTask } from './lane-protocol.js';

interface Held {
  readonly key: string;
  readonly first: Obligation;
  readonly data: ScannedData | null;
}

let opened: Promise<Decider> | null = null;
let held: Held | null = null;
const sent = new Set<string>();

async function open(): Promise<Decider> {
  const { bytes, sha256, arithmetic } = workerData as LaneModel;
  const network = lowerModel(decodeModel(bytes));
  return Decider.open({ bytes, sha256, network, arithmetic });
}

export default async function decideTask({ task, port }: LaneCall<LaneTask>): Promise<LaneAnswer> {
  const stop = new AbortController();
  port.on('message', () => stop.abort());
  try {
    opened ??= open();
    const decider = await opened;
    const { network } = decider.model;
    if (held?.key !== task.region) {
      if (task.sample === 'kept') throw new Error(`the thread has no region ${task.region}`);
      const data = task.sample === null ? null : scannedFrom(network, task.sample);
      held = { key: task.region, first: task.obligation, data };
      sent.clear();
    }
    // Equal regions become the same objects, by which bounds and tolerances are known.
    const { box, naps, tolerances } = held.first;
    const obligation = { ...task.obligation, box, naps, ...(tolerances === undefined ? {} : { tolerances }) };
    const decided = await decider.decide(obligation, task.settings, held.data, stop.signal);
    return withoutRepetition(decided);
  } finally {
    port.close();
  }
}

function withoutRepetition(decided: LaneAnswer['decided']): LaneAnswer {
  const { decision } = decided;
  if (decision.verdict !== 'unsat' || decision.shared === null) return { decided, lemmas: null };
  const { id, lemmas } = decision.shared;
  const known = sent.has(id);
  sent.add(id);
  const light = { ...decision, shared: { id, lemmas: [] } };
  return { decided: { ...decided, decision: light }, lemmas: known ? 'sent' : lemmas };
}
