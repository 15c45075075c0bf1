/** What reading a proof holds in memory, after garbage collection: less than the proof, by far. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, it } from 'vitest';
import { proofFolder } from '../../src/certificate/open-proof-file.js';
import type { ProofStep } from '../../src/certificate/proof.js';
import { proofFileWriter } from '../../src/certificate/proof-file.js';

const STEPS = 200_000;
const MEGABYTE = 1_000_000;
const step: ProofStep = {
  rule: 'lemma',
  tensor: 'hidden',
  index: 3,
  side: 'upper',
  pass: [
    {
      layer: 'z',
      index: Array.from({ length: 4 }, (_, i) => i),
      value: Array.from({ length: 4 }, (_, i) => 1 / (i + 3)),
    },
  ],
};
const folder = mkdtempSync(join(tmpdir(), 'napcert-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memory(): number {
  // The first collection only begins to free what is outside the heap.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

it('200,000 steps are read in a few megabytes', { timeout: 120_000 }, () => {
  expect(STEPS * JSON.stringify(step).length).toBeGreaterThan(30 * MEGABYTE);
  const digest = writeProof();
  const before = memory();
  const file = proofFolder(folder)('p.gz', digest);
  expect(memory() - before).toBeLessThan(4 * MEGABYTE);
  let count = 0;
  let most = 0;
  for (const { rule } of file.section('long')) {
    expect(rule).toBe('lemma');
    if (++count % 20_000 === 0) most = Math.max(most, memory() - before);
  }
  expect(count).toBe(STEPS);
  expect(most).toBeLessThan(8 * MEGABYTE);
});

function writeProof(): string {
  const writer = proofFileWriter();
  writer.section('long', new Array<ProofStep>(STEPS).fill(step));
  const { bytes, sha256 } = writer.finish();
  writeFileSync(join(folder, 'p.gz'), bytes);
  return sha256;
}
