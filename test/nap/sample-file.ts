/** A small NAP file and its network, for the tests of this folder. */
import { DELTA_MEANING } from '../../src/nap/delta.js';
import type { NapFile } from '../../src/nap/nap-schema.js';
import type { Network } from '../../src/network/network.js';

/** Two ReLU layers of 4 and 3 neurons, 3 classes; what the NAP code reads of a network. */
export const network: Network = {
  kind: 'network',
  tensors: [
    { name: 'in', shape: [4], size: 4 },
    { name: 'h1', shape: [4], size: 4 },
    { name: 'h2', shape: [3], size: 3 },
    { name: 'out', shape: [3], size: 3 },
  ],
  layers: [
    { kind: 'relu', node: 'r1', input: 1, output: 2, slope: 0 },
    { kind: 'relu', node: 'r2', input: 2, output: 3, slope: 0 },
  ],
  input: 0,
  output: 3,
  elementType: 'float32',
  notes: [],
};

export const SHA = 'ab'.repeat(32);
const followers = {
  recall: { count: 9, of: 10, value: 0.9, low: 0.596, high: 0.982 },
  otherClasses: 2,
  classifiedOtherwise: { count: 1, indices: [17] },
};

export function sample(): NapFile {
  return {
    format: 'napcert-nap/1',
    model: { name: 'tiny.onnx', sha256: SHA },
    delta: '0.99',
    deltaMeaning: DELTA_MEANING,
    grouping: 'label',
    samples: 'all',
    dataset: { name: 'digits', selection: 'all', digest: SHA, count: 30 },
    heldOut: null,
    classes: [
      {
        class: 0,
        support: 10,
        literals: [
          { tensor: 'h1', active: [0, 3], inactive: [1] },
          { tensor: 'h2', active: [], inactive: [0, 2] },
        ],
        example: [0.5, -1, 0, 1e-7],
        statistics: {
          mining: followers,
          heldOut: null,
          layers: [
            { tensor: 'h1', neurons: 4, active: 2, inactive: 1 },
            { tensor: 'h2', neurons: 3, active: 0, inactive: 2 },
          ],
        },
      },
      { class: 2, support: 20, literals: [], example: null, statistics: null },
    ],
    classesWithoutSamples: [1],
    overlap: [
      {
        classes: [0, 2],
        sharedLiterals: 0,
        contradictions: 0,
        disjoint: false,
        miningFollowersOfBoth: 9,
        heldOutFollowersOfBoth: null,
      },
    ],
  };
}
