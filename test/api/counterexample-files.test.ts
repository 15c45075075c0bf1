/** Counterexamples as files: names, contents, and what is refused. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, describe, expect, it } from 'vitest';
import { drawCounterexamples, fileNames, listCounterexamples } from '../../src/api/counterexample-files.js';
import type { Certificate } from '../../src/certificate/certificate.js';
import { DOCUMENTS } from '../../src/report/documents/index.js';
import { network } from '../helpers/layers.js';

const folder = mkdtempSync(join(tmpdir(), 'napcert-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('names of files', () => {
  it('are different for different ids, also where case does not count', () => {
    const ids = ['a/b', 'a b', 'a_b', 'A_B', 'plain', `${'x'.repeat(400)}1`, `${'x'.repeat(400)}2`];
    const names = fileNames(ids);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(ids.length);
    expect(names[4]).toBe('plain');
    for (const name of names) expect(name).toMatch(/^[\w.-]{1,170}$/);
  });
});

describe('files of counterexamples', () => {
  it('hold numbers that read back as the same ones, one file for each', () => {
    const point = [0.1, -0, 1e-45, 16777217, Math.fround(0.1)];
    const replay = { point, exactLogits: ['1', '2'], runtimeLogits: [1, 2.5], source: 'mnist#3' };
    const digest = 'a'.repeat(64);
    const obligations = ['non-ambiguity/0-1', 'non-ambiguity_0-1'].map((id) => ({
      id,
      digest,
      evidence: { kind: 'counterexample', replay },
    }));
    const predicate = {
      model: { name: 'm.onnx', sha256: digest, notes: [], lint: [] },
      arithmetic: 'real',
      obligations,
    };
    const certificate = { predicate } as unknown as Certificate;
    const files = listCounterexamples(certificate, network([5], []), folder, []);
    expect(files).toHaveLength(2);
    expect(readdirSync(folder)).toHaveLength(2);
    files.forEach((file, k) => {
      const document = DOCUMENTS.counterexample.parse(JSON.parse(readFileSync(file, 'utf8')));
      expect(document.obligation).toEqual({ id: obligations[k]!.id, digest });
      document.point.forEach((text, i) => {
        expect(Object.is(Number(text), point[i])).toBe(true);
      });
      expect(document.exactLogits).toEqual(['1', '2']);
      expect(document.runtimeLogits).toEqual(['1', '2.5']);
    });
  });

  it('never replace an input', () => {
    const replay = { point: [1], exactLogits: [], runtimeLogits: null, source: 's' };
    const predicate = {
      model: { name: 'm', sha256: 'b'.repeat(64) },
      arithmetic: 'real',
      obligations: [{ id: 'x', digest: 'b'.repeat(64), evidence: { kind: 'counterexample', replay } }],
    };
    const certificate = { predicate } as unknown as Certificate;
    const [file] = listCounterexamples(certificate, network([1], []), folder, []);
    expect(() => listCounterexamples(certificate, network([1], []), folder, [file])).toThrow(/input/);
  });
});

describe('pictures of counterexamples', () => {
  it('have the followers to the right, and say which', () => {
    const digest = 'c'.repeat(64);
    const replay = { point: new Array(16).fill(0), exactLogits: [], runtimeLogits: null, source: 's' };
    const obligations = ['a/1', 'a/2'].map((id) => ({
      id,
      digest,
      evidence: { kind: 'counterexample', replay },
    }));
    const certificate = { predicate: { obligations } } as unknown as Certificate;
    const follower = { class: 3, source: 'mnist#5', point: new Array(16).fill(1), distance: 4, same: null };
    const nearest = new Map([['a/2', [follower]]]);
    const drawn = drawCounterexamples(certificate, network([16], []), folder, [], nearest);
    expect(drawn.beside).toEqual([[], [{ class: 3, sample: 'mnist#5', distance: 4 }]]);
    const [alone, both] = drawn.files.map((file) => PNG.sync.read(readFileSync(file)));
    // A 4 x 4 input at 8 pixels each: black; a gap of 8; the follower, white.
    expect([alone!.width, alone!.height]).toEqual([32, 32]);
    expect([both!.width, both!.height]).toEqual([72, 32]);
    expect([both!.data[0], both!.data[4 * 35], both!.data[4 * 71]]).toEqual([0, 128, 255]);
  });
});
