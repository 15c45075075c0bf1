/** VNN-LIB queries, mutated, through the reader and on to obligations. */
import { neuronBlocks } from '../../src/network/network.js';
import { compileProperty } from '../../src/obligation/compile.js';
import { describeProperty } from '../../src/spec/property.js';
import { parseQuery } from '../../src/spec/vnnlib/parse-query.js';
import { printQuery } from '../../src/spec/vnnlib/print-query.js';
import { MODEL, NETWORK } from '../forged/model.js';
import type { Case } from './target.js';

const INPUTS = NETWORK.tensors[NETWORK.input]!.size;
const OUTPUTS = NETWORK.tensors[NETWORK.output]!.size;

const FLAT = [
  ...Array.from({ length: INPUTS }, (_, i) => `(declare-const X_${i} Real)`),
  ...Array.from({ length: OUTPUTS }, (_, i) => `(declare-const Y_${i} Real)`),
  '(assert (<= X_0 0.5)) ; comment',
  '(assert (>= X_0 -5e-1))',
  '(assert (or (and (>= Y_0 Y_1) (< X_1 1)) (!= (+ Y_0 (* -2.5 Y_1)) 3)))',
].join('\n');

const TENSORS = `(vnnlib-version <2.0>)
(declare-network f
  (declare-input X real [1,${INPUTS}])
  (declare-output Y real [${OUTPUTS}])
)
(assert (and (<= X[0,0] 1.0) (>= X[0,0] 0.0)))
(assert (or (> Y[0] Y[1]) (== (- Y[0] 1.5) Y[1])))
`;

const [BLOCK] = neuronBlocks(NETWORK);
const HIDDEN = `${TENSORS.replace(
  '  (declare-output',
  `  (declare-hidden H real [${BLOCK!.size}] ${JSON.stringify(BLOCK!.tensor.name)})\n  (declare-output`,
)}(assert (> H[0] 0.0))
(assert (or (<= H[1] 0.0) (and (>= H[1] 0) (< Y[0] -0.5))))
`;

export function vnnlibCases(): Case[] {
  return [FLAT, TENSORS, HIDDEN, TENSORS.replaceAll('real', 'float32')].map((text, i) => ({
    name: `vnnlib ${i}`,
    format: 'bytes',
    seed: new Uint8Array(Buffer.from(text)),
    run,
  }));
}

function run(input: Uint8Array): string {
  const text = Buffer.from(input).toString('utf8');
  const query = parseQuery(text, 'mutant.vnnlib');
  parseQuery(printQuery(query), 'printed.vnnlib');
  const property = { kind: 'query', name: 'mutant.vnnlib', text } as const;
  const context = {
    network: NETWORK,
    modelSha256: MODEL.sha256,
    domain: { kind: 'unbounded' },
    naps: new Map(),
  } as const;
  compileProperty({ ...context, arithmetic: query.elementType }, property);
  describeProperty(property);
  return 'accepted';
}
