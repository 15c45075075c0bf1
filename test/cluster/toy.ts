/** Questions about a shipped network of two inputs, small enough to decide thousands of them. */
import { readFileSync } from 'node:fs';
import type { DecidedModel } from '../../src/api/executor/decider.js';
import type { DecideSettings } from '../../src/engines/executor.js';
import { logitsOf } from '../../src/network/forward.js';
import { lowerModel } from '../../src/network/lower.js';
import { compileProperty } from '../../src/obligation/compile.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { decodeModel } from '../../src/onnx/load-model.js';

const bytes = readFileSync(new URL('../../models/toy-2d.onnx', import.meta.url));
const loaded = decodeModel(bytes);

export const TOY: DecidedModel = {
  bytes,
  sha256: loaded.sha256,
  network: lowerModel(loaded),
  arithmetic: 'real',
};

export const SETTINGS: DecideSettings = {
  engine: 'bab',
  solver: 'glpk',
  timeoutSeconds: 60,
  exactMargin: false,
  maxNodes: 10_000,
  maxMemoryBytes: 2 ** 31,
};

/** Can the class of a point change within a distance of it? One obligation per competitor. */
export function around(reference: readonly [number, number], epsilon: number): Obligation[] {
  const logits = logitsOf(TOY.network, Float64Array.from(reference));
  const label = logits.indexOf(Math.max(...logits));
  const competitors = [...logits.keys()].filter((other) => other !== label);
  return compileProperty(
    {
      network: TOY.network,
      modelSha256: TOY.sha256,
      domain: { kind: 'box', lower: 0, upper: 1 },
      naps: new Map(),
    },
    {
      kind: 'local-robustness',
      class: label,
      competitors,
      referenceName: `${reference.join(' ')}`,
      reference: [...reference],
      epsilon,
      nap: false,
    },
  );
}

/** A grid of points of the unit square. */
export function grid(side: number): [number, number][] {
  return Array.from({ length: side * side }, (_, k) => [
    ((k % side) + 0.5) / side,
    (Math.floor(k / side) + 0.5) / side,
  ]);
}
