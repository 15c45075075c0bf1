/** Recall of `mine`, `curve` and `coverage` on the same held-out samples: the same, or different as the texts say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coverage } from '../../src/api/coverage.js';
import { curve } from '../../src/api/curve/curve.js';
import { evaluate } from '../../src/api/evaluate.js';
import { mine } from '../../src/api/mine.js';
import { coverageText } from '../../src/report/text/coverage.js';
import { curveText } from '../../src/report/text/curve.js';
import { mineText } from '../../src/report/text/mine.js';

const MODEL = 'models/mnist-64x2.onnx';
const COMMON = { model: MODEL, data: 'mnist', grouping: 'label', heldOut: { split: 'heldout' } } as const;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-coverage-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function both(samples: 'all' | 'correct') {
  const output = join(folder, `${samples}.nap.json`);
  const mined = await mine({ ...COMMON, samples, deltas: ['0.99'], output });
  const covered = await coverage({
    model: MODEL,
    naps: output,
    data: 'mnist',
    dataset: { split: 'heldout' },
    heatMap: join(folder, 'map.svg'),
    montage: join(folder, 'montage.svg'),
  });
  return { mined, covered };
}

describe('held-out recall', () => {
  it('of all samples is what coverage measures', async () => {
    const { mined, covered } = await both('all');
    expect(mined.results[0]!.classes.map(({ heldOutRecall }) => heldOutRecall)).toEqual(
      covered.classes.map(({ recall }) => recall),
    );
    expect(mineText(mined)).toContain('so does `napcert coverage`');
  });

  it('of correct samples leaves out exactly the misclassified ones, and both texts say what they count', async () => {
    const { mined, covered } = await both('correct');
    const { classes } = await evaluate({ model: MODEL, data: 'mnist', dataset: { split: 'heldout' } });
    const rows = mined.results[0]!.classes;
    // onnxruntime counts the correct ones.
    expect(rows.map(({ heldOutRecall }) => heldOutRecall!.of)).toEqual(classes.map(({ correct }) => correct));
    expect(covered.classes.map(({ recall }) => recall.of)).toEqual(classes.map(({ samples }) => samples));
    expect(classes.some(({ samples, correct }) => correct < samples)).toBe(true);
    const drawn = await curve({
      ...COMMON,
      samples: 'correct',
      deltas: ['0.99'],
      verify: false,
      timeoutSeconds: 1,
    });
    for (const text of [mineText(mined), curveText(drawn)]) {
      expect(text).toMatch(/counts the samples of a class that the model\s+classifies correctly/);
      expect(text).toContain('so its recall differs');
    }
    expect(coverageText(covered)).toContain('recall counts all samples labelled with the class');
  });

  it('mine shows the entropy of every layer and names the confidence level once', async () => {
    const { mined, covered } = await both('correct');
    const text = mineText(mined);
    expect(mined.entropy).toHaveLength(2);
    for (const { tensor, neurons, overall } of mined.entropy) {
      expect(text).toMatch(new RegExp(`${tensor.replaceAll('.', '\\.')} +${neurons} `));
      expect(overall).toBeGreaterThan(0);
      expect(overall).toBeLessThanOrEqual(1);
    }
    for (const shown of [text, coverageText(covered)]) expect(shown.match(/Wilson 95 %/g)).toHaveLength(1);
    const { low, high } = mined.results[0]!.classes[0]!.heldOutRecall!;
    expect(text).toContain(`${(100 * low).toFixed(2)} % - ${(100 * high).toFixed(2)} %`);
  });

  it('coverage names each picture once, together', async () => {
    const { covered } = await both('all');
    const text = coverageText(covered);
    expect(text).toMatch(/literals by layer +.*map\.svg\n +followers +.*montage\.svg/);
    expect(text).not.toContain('Picture:');
  });
});
