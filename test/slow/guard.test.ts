/** The guarded public classifier on the MNIST test set, image by image against the patterns that coverage counts. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverage } from '../../src/api/coverage.js';
import { guard } from '../../src/api/guard/guard.js';
import { OUTPUTS } from '../../src/api/guard/guard-graph.js';
import { mine } from '../../src/api/mine.js';
import { openModel } from '../../src/api/open-model.js';
import { openNaps } from '../../src/api/open-naps.js';
import { verifyFiles } from '../../src/api/verify-files.js';
import { openDataset } from '../../src/dataset/open-dataset.js';
import { followers } from '../../src/mining/follow.js';
import { recordPatterns } from '../../src/mining/patterns.js';
import { opened } from '../helpers/run-onnx.js';

const SHARED = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const MODEL = join(SHARED, 'mnistfc/mnist-net_256x4.onnx');
const TEST_SET = join(SHARED, 'mnist/t10k-images-idx3-ubyte.gz');

describe.skipIf(!existsSync(MODEL))(
  'guarded mnist-net_256x4 on 10,000 images (needs the shared data)',
  () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'napcert-guard-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('certified, followers and distances are those of every single image; certified predictions are the class of the NAP', async () => {
      const at = (name: string) => join(folder, name);
      await mine({
        model: MODEL,
        data: join(SHARED, 'mnist/train-images-idx3-ubyte.gz'),
        deltas: ['0.95'],
        grouping: 'label',
        samples: 'correct',
        output: at('naps.json'),
      });
      await verifyFiles({
        model: MODEL,
        naps: at('naps.json'),
        claims: { properties: ['non-misclassification'] },
        engine: 'auto',
        solver: 'glpk',
        timeoutSeconds: 300,
        output: at('cert.json'),
      });
      const document = await guard({
        model: MODEL,
        certificate: at('cert.json'),
        output: at('guarded.onnx'),
      });
      expect(document.classes.map(({ certified }) => certified)).toEqual(Array(10).fill(true));

      const dataset = await openDataset(TEST_SET);
      const model = await openModel(MODEL);
      const { naps } = openNaps(at('naps.json'), model);
      const table = await recordPatterns(model.network, dataset);
      const follows = followers(table, naps);
      const original = await opened(readFileSync(MODEL), 'all');
      const guarded = await opened(readFileSync(at('guarded.onnx')), 'all');
      let certified = 0;
      for (let i = 0; i < dataset.count; i++) {
        const x = Float32Array.from(dataset.batch(i, i + 1));
        const [before, after] = [await original(x, [1, 784, 1]), await guarded(x, [1, 784, 1])];
        const [logits, same] = [before['20']!.data as Float32Array, after['20']!.data as Float32Array];
        expect(Buffer.from(same.buffer).equals(Buffer.from(logits.buffer))).toBe(true);
        const flags = [...(after[OUTPUTS.follows]!.data as Uint8Array)];
        const distance = [...(after[OUTPUTS.distance]!.data as Int32Array)];
        expect(flags).toEqual(naps.map((_, label) => follows[label]![i]));
        expect(distance.map((count) => (count === 0 ? 1 : 0))).toEqual(flags);
        const predicted = table.predictions[i]!;
        expect(logits.indexOf(logits.reduce((a, b) => Math.max(a, b)))).toBe(predicted);
        const flag = (after[OUTPUTS.certified]!.data as Uint8Array)[0];
        expect(flag).toBe(follows[predicted]![i]);
        if (flag !== 1) continue;
        certified++;
        expect(flags.indexOf(1)).toBe(predicted);
        expect(flags.lastIndexOf(1)).toBe(predicted);
      }
      const counted = await coverage({ model: MODEL, naps: at('naps.json'), data: TEST_SET });
      expect(counted.counterexamples).toBe(0);
      // Every follower of a proved NAP gets its class, so it is certified.
      expect(certified).toBe(counted.recall.count + counted.otherFollowers);
      process.stderr.write(`certified: ${certified} of ${dataset.count}\n`);
    });
  },
);
