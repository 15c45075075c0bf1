/**
 * Inclusion of NAP regions: against brute force on random tiny networks (exact enumeration of linear regions), and
 * `compare` on a model whose second neuron follows from its first.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFile } from '../../src/api/check.js';
import { compare } from '../../src/api/compare/compare.js';
import { missingLiterals } from '../../src/api/compare/inclusion-query.js';
import { decideInclusions } from '../../src/api/compare/prove-inclusion.js';
import { mine } from '../../src/api/mine.js';
import { silentProgress } from '../../src/api/progress.js';
import { FREE } from '../../src/nap/nap.js';
import { readNapFile } from '../../src/nap/nap-file.js';
import { lowerModel } from '../../src/network/lower.js';
import { neuronCount } from '../../src/network/network.js';
import { domainBox } from '../../src/obligation/compile.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { DOCUMENTS } from '../../src/report/documents/index.js';
import { compareText } from '../../src/report/text/compare.js';
import type { Domain } from '../../src/spec/property.js';
import { bruteForce, type Truth } from '../helpers/brute-force.js';
import { seeded } from '../helpers/random.js';
import { tinyNetwork } from '../helpers/random-networks.js';
import { matrix, TINY, tinyModel, vector } from '../helpers/tiny-model.js';

const DOMAIN: Domain = { kind: 'box', lower: -2, upper: 2 };
const CASES = 40;

const decidable = (truths: readonly Truth['kind'][]): boolean =>
  truths.includes('open') || truths.every((truth) => truth === 'empty');

describe('decideInclusions', () => {
  it('agrees with brute force', async () => {
    const tally = { proved: 0, refuted: 0, excused: 0 };
    for (let seed = 0; seed < CASES; seed++) {
      const random = seeded(seed);
      const { bytes, text } = tinyNetwork(random, { maxRelus: 6, allKinds: false });
      const loaded = decodeModel(bytes, 'tiny.onnx');
      const network = lowerModel(loaded);
      const literal = (chance: number): number => (random.chance(chance) ? random.pick([1, -1]) : FREE);
      const inner = Int8Array.from({ length: neuronCount(network) }, () => literal(0.5));
      const outer = inner.map((phase) => (phase === FREE || random.chance(0.3) ? literal(0.3) : phase));
      const missing = missingLiterals({ inner, outer });
      if (missing.length === 0) continue;
      const truths = missing.map((neuron) => {
        const violated = new Int8Array(inner.length);
        violated[neuron] = -outer[neuron]!;
        const box = domainBox(DOMAIN, network.tensors[network.input]!.size);
        const naps = [inner, violated];
        return bruteForce(network, { kind: 'obligation', id: 'x', box, naps, outputs: [], digest: '' }).kind;
      });
      const { decided } = await decideInclusions(
        { path: 'tiny.onnx', loaded, network },
        [{ name: 'class 0: A in B', inner, outer }],
        // What touches a boundary cannot be decided, and would take all the time there is.
        { domain: DOMAIN, timeoutSeconds: decidable(truths) ? 60 : 0.2 },
        silentProgress,
        new AbortController().signal,
      );
      const { verdict } = decided[0]!;
      const where = `seed ${seed}: ${text}: ${truths}`;
      if (truths.every((truth) => truth === 'empty')) {
        expect(verdict, where).toBe('proved');
        tally.proved++;
      } else if (truths.includes('open')) {
        expect(verdict, where).toBe('refuted');
        tally.refuted++;
      } else {
        expect(verdict, where).not.toBe('proved');
        if (!truths.includes('thin')) expect(verdict, where).not.toBe('refuted');
        tally.excused++;
      }
    }
    expect(tally.proved).toBeGreaterThanOrEqual(3);
    expect(tally.refuted).toBeGreaterThanOrEqual(6);
    expect(tally.excused).toBeLessThan(CASES / 4);
  });
});

describe('compare', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  const side = (name: string) => ({ model: at('model.onnx'), naps: at(`${name}.nap.json`) });
  const inclusion = { domain: { kind: 'box', lower: 0, upper: 1 }, timeoutSeconds: 30 } as const;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'napcert-inclusion-'));
    // z0 = x0 - 1/2 and z1 = x0 + x1 - 1/4: neuron 0 on implies neuron 1 on, not the reverse.
    const initializers = { ...TINY.initializers, w1: matrix(1, 1, 0, 1), b1: vector(-0.5, -0.25) };
    writeFileSync(at('model.onnx'), tinyModel({ initializers }));
    writeFileSync(at('second.onnx'), tinyModel({ initializers: { ...initializers, b1: vector(-0.5, -2) } }));
    // Only neuron 1 is on in 3 of 3 samples; in 2 of 3 neuron 0 is.
    writeFileSync(at('data.csv'), 'x0,x1,label\n1,0.5,0\n0.75,0.25,0\n0.25,0.75,0\n');
    const choice = { grouping: 'label', samples: 'all', allowEmptyClasses: true } as const;
    await mine({
      ...choice,
      model: at('model.onnx'),
      data: at('data.csv'),
      dataset: { allowGaps: true },
      deltas: ['1'],
      output: at('second-on.nap.json'),
    });
    const { classes, ...file } = readNapFile(at('second-on.nap.json'));
    const first = { ...classes[0]!, literals: [{ tensor: 'z', active: [0], inactive: [] }] };
    const entry = { ...first, example: null, statistics: null };
    writeFileSync(at('first-on.nap.json'), JSON.stringify({ ...file, classes: [entry] }));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('proves what literals do not show, with a certificate that checks', async () => {
    const output = at('inclusion.cert.json');
    const steps = new Set<string>();
    const notes: string[] = [];
    const document = await compare(
      { a: side('first-on'), b: side('second-on'), inclusion: { ...inclusion, output } },
      {
        step: (what, done, total) => steps.add(`${what} ${done} of ${total}`),
        note: (line) => notes.push(line),
      },
    );
    // Each lacks one literal of the other.
    expect(steps).toContain('deciding class 0: A in B (inclusion 1 of 2), literal 1 of 1');
    expect(steps).toContain('deciding class 0: B in A (inclusion 2 of 2), literal 1 of 1');
    expect(notes).toEqual(expect.arrayContaining(['class 0: A in B: proved', 'class 0: B in A: refuted']));
    expect(DOCUMENTS.compare.parse(document)).toEqual(document);
    expect(document.classes[0]).toMatchObject({
      regions: 'not-shown',
      inclusions: {
        aInB: { verdict: 'proved', by: 'engine', literals: 1, why: null },
        bInA: { verdict: 'refuted', by: 'engine', literals: 1 },
      },
    });
    const { document: checked } = await checkFile({ certificate: output, model: at('model.onnx') });
    expect(checked.verdict).toBe('valid');
    expect(compareText(document)).toContain('proved (1)');
    // The same line again takes over what is there.
    const again = await compare({
      a: side('first-on'),
      b: side('second-on'),
      inclusion: { ...inclusion, output },
    });
    expect(again.classes).toEqual(document.classes);
    const other = { ...inclusion, output, domain: { kind: 'unbounded' } } as const;
    await expect(compare({ a: side('first-on'), b: side('second-on'), inclusion: other })).rejects.toThrow(
      'would not keep',
    );
  });

  it('is refuted by a sample where there is one, which must lie in the domain', async () => {
    const data = at('data.csv');
    const dataset = { allowGaps: true };
    const found = await compare({ a: side('second-on'), b: side('first-on'), data, dataset, inclusion });
    expect(found.classes[0]!.inclusions!.aInB).toMatchObject({
      verdict: 'refuted',
      by: 'sample',
      why: `${data}#2`,
    });
    // For x0 >= 1/2 and x1 >= 1/4 both neurons are on in the interior; x0 = 1/2 keeps the proof open.
    const above = { ...inclusion, domain: { kind: 'box', lower: 0.625, upper: 1 } } as const;
    const within = await compare({
      a: side('second-on'),
      b: side('first-on'),
      data,
      dataset,
      inclusion: above,
    });
    expect(within.classes[0]!.inclusions!.aInB).toMatchObject({ verdict: 'proved', by: 'engine' });
  });

  it('reads the literals of one model in another, and writes them for it', async () => {
    const b = { model: at('second.onnx') };
    const napsOutput = at('moved.nap.json');
    const data = { data: at('data.csv'), dataset: { allowGaps: true } };
    const document = await compare({ a: side('second-on'), b, napsOutput, ...data });
    expect(document).toMatchObject({ sameModel: false, transferred: true, napsOutput });
    // In the second model z1 = x0 + x1 - 2 is on for none of the three samples.
    expect(document.classes[0]).toMatchObject({
      shared: 1,
      lost: 0,
      gained: 0,
      a: { recall: { count: 3, of: 3 } },
      b: { recall: { count: 0, of: 3 } },
      regions: 'other-model',
    });
    expect(readNapFile(napsOutput).dataset.selection).toContain('not on this model');
    const own = await compare({ a: side('second-on'), b: { ...b, naps: napsOutput }, ...data });
    expect(own.classes).toEqual(document.classes);
    await expect(compare({ a: side('second-on'), b, inclusion })).rejects.toThrow('regions of one model');
    const certificate = { ...b, certificate: at('inclusion.cert.json') };
    await expect(compare({ a: side('second-on'), b: certificate })).rejects.toThrow('needs NAPs of B');
  });
});
