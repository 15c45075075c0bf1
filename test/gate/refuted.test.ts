/** Why a requirement is violated: which point, its logits as computed here, where its picture is. */
import { beforeAll, expect, it } from 'vitest';
import { refuted } from '../../src/api/gate/refuted.js';
import { lowerModel } from '../../src/network/lower.js';
import type { Network } from '../../src/network/network.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { MODEL_BYTES } from '../forged/base.js';

let network: Network;
beforeAll(() => {
  network = lowerModel(decodeModel(MODEL_BYTES));
});

/** By hand, with the network of test/forged/base.ts: its logits here are 1, 0.25, -0.25 and -5. */
const POINT = [-0.875, 0.75];
// What the certificate says about the logits is not believed.
const replay = (source: string) => ({ point: POINT, source, exactLogits: ['9', '9'], runtimeLogits: null });
const said = (source: string, label: number | null, picture: string | null = null): string =>
  refuted(network, label, 'non-misclassification/1/0', replay(source), picture, []);

it('a sample of the data by its number, with the winner and the class that was claimed', () => {
  expect(said('mnist#1234', 2, 'out/x.png')).toBe(
    'sample 1234 of the data ("mnist") refutes non-misclassification/1/0: logit of class 0 1, of class 2 -0.25; picture: out/x.png',
  );
});

it('a point that a search found, and never the search alone', () => {
  expect(said('branch and bound', 1)).toBe(
    'a point of the region, found by branch and bound, refutes non-misclassification/1/0: logit of class 0 1, of class 1 0.25',
  );
});

it('other words of the author in quotes; without a claimed class the two largest logits', () => {
  expect(said('anything', null)).toBe(
    'a point ("anything") refutes non-misclassification/1/0: logit of class 0 1, of class 1 0.25',
  );
});
