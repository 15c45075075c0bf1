/**
 * The four published test images that follow a mined NAP of mnist-net_256x4 (99 % of the class) and are
 * classified as something else: exact counterexamples. Runs only where the public files lie beside the project.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { replayPoint } from '../../../src/checker/exact/replay.js';
import { ACTIVE, INACTIVE } from '../../../src/nap/nap.js';
import { lowerModel } from '../../../src/network/lower.js';
import { loadModel } from '../../../src/onnx/load-model.js';

const data = fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const model = `${data}/mnistfc/mnist-net_256x4.onnx`;
const patterns = `${data}/nap-patterns/mnist-net_256x4_r0.01.json`;
const images = `${data}/mnist/t10k-images-idx3-ubyte.gz`;
const absent = ![model, patterns, images].every((path) => existsSync(path));

/** In the pattern files `val` counts the images of the class (5421 to 6742) with the neuron active. */
function phasesOf(label: number): Int8Array {
  const file = JSON.parse(readFileSync(patterns, 'utf8')) as Record<
    string,
    { stable_idx: number[]; val: number[] }
  >;
  const { stable_idx: neurons, val: counts } = file[label]!;
  const phases = new Int8Array(1024);
  neurons.forEach((neuron, k) => {
    phases[neuron] = counts[k]! > 2700 ? ACTIVE : INACTIVE;
  });
  return phases;
}

describe.skipIf(absent)('published counterexamples (skipped without the public MNIST files)', () => {
  it.each([
    { image: 2174, label: 3, predicted: 5 },
    { image: 6174, label: 3, predicted: 5 },
    { image: 3388, label: 9, predicted: 4 },
    { image: 4154, label: 9, predicted: 4 },
  ])(
    'image $image follows the NAP of $label and is exactly $predicted',
    async ({ image, label, predicted }) => {
      const network = lowerModel(await loadModel(model));
      const pixels = gunzipSync(readFileSync(images)).subarray(16 + 784 * image, 16 + 784 * (image + 1));
      const lead = (winner: number, loser: number) => ({
        terms: [
          { output: winner, coefficient: 1 },
          { output: loser, coefficient: -1 },
        ],
        bound: 0,
      });
      const obligation = (winner: number, loser: number) => ({
        kind: 'obligation' as const,
        id: `non-misclassification/${label}/${winner}`,
        box: { lower: new Float64Array(784), upper: new Float64Array(784).fill(1) },
        naps: [phasesOf(label)],
        outputs: [lead(winner, loser)],
        digest: '',
      });
      const point = Float64Array.from(pixels, (byte) => Math.fround(byte / 255));
      const replay = replayPoint(network, obligation(predicted, label), point);
      expect(replay.firstFailure).toBeNull();
      expect(replay.inRegion).toBe(true);
      expect(replay.strict).toEqual({ followsStrictly: true, winners: [predicted] });
      expect(replayPoint(network, obligation(label, predicted), point).inRegion).toBe(false);
    },
  );
});
