/** curve and compare on a model whose patterns can be counted by hand. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../../src/api/compare/compare.js';
import { curve } from '../../src/api/curve/curve.js';
import { DOCUMENTS } from '../../src/report/documents/index.js';
import { compareText } from '../../src/report/text/compare.js';
import { curveText } from '../../src/report/text/curve.js';
import { TINY, tinyModel, vector } from '../helpers/tiny-model.js';

let folder: string;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-compare-'));
  // z = x - 1/2, logits (1 + relu(z0), relu(z1)).
  const biased = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
  writeFileSync(at('model.onnx'), tinyModel({ initializers: biased }));
  writeFileSync(at('other.onnx'), tinyModel({ initializers: { ...biased, b2: vector(2, 0) } }));
  // Class 0: neuron 0 on in 3 of 3, neuron 1 off in 2 of 3. Class 1: off in 2 of 2, on in 2 of 2.
  writeFileSync(at('data.csv'), 'x0,x1,label\n1,0,0\n1,0.25,0\n1,1,0\n0,1,1\n0.25,0.75,1\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const options = () => ({
  model: at('model.onnx'),
  data: at('data.csv'),
  deltas: ['0.6', '1'],
  grouping: 'label' as const,
  samples: 'all' as const,
  verify: false,
  timeoutSeconds: 60,
  output: folder,
});

describe('curve', () => {
  it('has literals, recall and its loss at every delta, the largest first', async () => {
    const document = DOCUMENTS.curve.parse(await curve({ ...options(), picture: at('curve.svg') }));
    expect(document.points.map(({ delta }) => delta)).toEqual(['1', '0.6']);
    const [all, most] = document.points.map(({ classes }) => classes[0]!);
    expect(all).toMatchObject({ class: 0, active: 1, inactive: 0, recall: { count: 3, of: 3 } });
    expect(most).toMatchObject({ active: 1, inactive: 1, recall: { count: 2, of: 3 } });
    expect(most!.loss).toEqual({
      lost: 1,
      byOneLiteral: 1,
      literals: [{ tensor: 'z', index: 1, phase: 'inactive', violated: 1, alone: 1 }],
    });
    // Class 0 always wins, so both followers of NAP 1 get another class.
    expect(document.points[0]!.classes[1]).toMatchObject({ class: 1, counterexamples: 2 });
    expect(curveText(document)).toContain('66.67 %');
    const svg = new XMLParser({ ignoreAttributes: false }).parse(readFileSync(at('curve.svg'), 'utf8'));
    expect(svg.svg.polyline).toHaveLength(3);
  });

  it('with --verify has the verdicts of certificates', async () => {
    const { points } = await curve({ ...options(), verify: true });
    for (const { classes, certificate } of points) {
      expect(classes.map(({ verdict }) => verdict)).toEqual(['holds', 'violated']);
      expect(certificate).not.toBeNull();
    }
    const { output, ...nowhere } = options();
    expect(output).toBe(folder);
    await expect(curve({ ...nowhere, verify: true })).rejects.toThrow('need a place');
    await expect(curve({ ...options(), deltas: ['0.9', '0.90'] })).rejects.toThrow('given twice');
  });
});

describe('compare', () => {
  const side = (delta: string, more = {}) => ({
    model: at('model.onnx'),
    naps: at(`delta-${delta}.nap.json`),
    ...more,
  });

  it('counts literals, shows which region lies in which, and takes verdicts from checked certificates', async () => {
    await curve({ ...options(), verify: true });
    const certificate = at('delta-1.cert.json');
    const document = await compare({ a: side('1', { certificate }), b: side('0.6'), data: at('data.csv') });
    expect(DOCUMENTS.compare.parse(document)).toEqual(document);
    expect(document.a.certificate?.verdict).toBe('valid');
    expect(document.classes[0]).toMatchObject({
      a: { literals: 1, verdict: 'holds', recall: { count: 3, of: 3 } },
      b: { literals: 2, verdict: null, recall: { count: 2, of: 3 } },
      shared: 1,
      lost: 0,
      gained: 1,
      reversed: 0,
      regions: 'b-in-a',
      followersOfBoth: 2,
    });
    expect(document.classes[1]).toMatchObject({ lost: 0, gained: 0, regions: 'equal' });
    expect(compareText(document)).toContain('B inside A');
    const turned = await compare({ a: side('0.6'), b: side('1') });
    expect(turned.classes[0]).toMatchObject({ lost: 1, gained: 0, regions: 'a-in-b', followersOfBoth: null });
  });

  it('a certificate about the other NAPs counts for nothing', async () => {
    const document = await compare({
      a: side('1', { certificate: at('delta-0.6.cert.json') }),
      b: side('1'),
    });
    expect(document.a.certificate?.verdict).toBe('invalid');
    expect(document.classes.map(({ a }) => a?.verdict)).toEqual([null, null]);
  });

  it('matches literals of two models, whose regions it does not compare', async () => {
    await curve({ ...options(), model: at('other.onnx'), deltas: ['0.7'] });
    const b = { model: at('other.onnx'), naps: at('delta-0.7.nap.json') };
    const document = await compare({ a: side('1'), b });
    expect(document.sameModel).toBe(false);
    expect(document.classes.map(({ regions, shared }) => [regions, shared])).toEqual([
      ['other-model', 1],
      ['other-model', 2],
    ]);
    await expect(compare({ a: side('1'), b: { ...b, model: at('model.onnx') } })).rejects.toThrow(
      'another model',
    );
  });
});
