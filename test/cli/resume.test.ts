/** An interrupted verify goes on where it stopped, and takes over nothing that the checker does not accept. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proofFilePath, writeCertificate } from '../../src/api/verify/certificate-file.js';
import { verifyFiles } from '../../src/api/verify-files.js';
import type { Certificate, ObligationResult } from '../../src/certificate/certificate.js';
import { formatCertificate, parseCertificate } from '../../src/certificate/read-certificate.js';
import { ROOT, runCli } from '../helpers/run-cli.js';
import { TINY, tinyModel, vector } from '../helpers/tiny-model.js';

const MNIST = join(ROOT, 'models', 'mnist-code-128x4.onnx');
let folder: string;
const cli = (...args: string[]) => runCli(args, { cwd: folder });
const path = (name: string): string => join(folder, name);
const read = (name: string): Certificate => parseCertificate(readFileSync(path(name), 'utf8'), name);
const decided = ({ predicate }: Certificate): ObligationResult[] =>
  predicate.obligations.filter(({ verdict }) => verdict !== 'unknown');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-resume-'));
  const mined = ['--data', 'mnist', '--samples', 'correct', '--delta', '0.99', '-o', 'mnist.nap.json'];
  expect(await cli('mine', MNIST, ...mined)).toMatchObject({ code: 0 });
  // logits (1 + relu(z0), relu(z1)) with z = x - 1/2: class 1 is refuted by (1/4, 3/4), class 0 holds.
  const initializers = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
  writeFileSync(path('biased.onnx'), tinyModel({ initializers }));
  writeFileSync(path('data.csv'), 'x0,x1,label\n1,0,0\n0.75,0.25,0\n0,1,1\n0.25,0.75,1\n');
  const tiny = ['--data', 'data.csv', '--delta', '1', '-o', 'biased.nap.json'];
  expect(await cli('mine', 'biased.onnx', ...tiny)).toMatchObject({ code: 0 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const MNIST_RUN = ['verify', MNIST, '--naps', 'mnist.nap.json', '--property', 'non-misclassification'];

describe('after Ctrl-C', () => {
  it('the certificate is sound as it is, and the same command goes on from it', async () => {
    const args = [...MNIST_RUN, '-o', 'run.json'];
    const first = await runCli(args, {
      cwd: folder,
      started: (child) => {
        let said = '';
        // Threads end in any order.
        const interrupt = (text: string): void => {
          said += text;
          if (![0, 1].every((of) => said.includes(`non-misclassification/${of}: `))) return;
          child.stderr?.off('data', interrupt);
          child.kill('SIGINT');
        };
        child.stderr?.on('data', interrupt);
      },
    });
    expect(first.code).toBe(130);
    const partial = read('run.json');
    expect(partial.predicate.interrupted).toBe(true);
    const before = decided(partial);
    expect(before.length).toBeGreaterThanOrEqual(18);
    expect((await cli('check', 'run.json', '--model', MNIST)).code).toBe(3);

    const second = await cli(...args);
    expect(second.stderr).toContain(
      `going on from run.json: ${before.length} obligations are decided already`,
    );
    expect(second.code).toBe(0);
    const whole = read('run.json');
    expect(whole.predicate.interrupted).toBe(false);
    // Taken over as they were, their old times included.
    const after = new Map(whole.predicate.obligations.map((result) => [result.id, result.seconds]));
    for (const { id, seconds } of before) expect(after.get(id)).toBe(seconds);
    expect((await cli('check', 'run.json', '--model', MNIST)).code).toBe(0);
  }, 300_000);

  it('long proofs go to a proof file, which is checked and gone on from like the rest', async () => {
    const whole = read('run.json');
    writeCertificate(path('long.json'), whole, 0);
    const kinds = read('long.json').predicate.obligations.map(({ evidence }) =>
      evidence.kind === 'proof' ? evidence.proof.kind : evidence.kind,
    );
    expect(new Set(kinds)).toEqual(new Set(['file']));
    expect((await cli('check', 'long.json', '--model', MNIST)).code).toBe(0);
    const again = await cli(...MNIST_RUN, '-o', 'long.json');
    expect(again.stderr).toContain(`${whole.predicate.obligations.length} obligations are decided already`);
    expect((await cli('check', 'long.json', '--model', MNIST)).code).toBe(0);
    writeCertificate(path('long.json'), whole, 0);
    writeFileSync(proofFilePath(path('long.json')), 'no proofs');
    expect((await cli('check', 'long.json', '--model', MNIST)).code).toBe(4);
    expect((await cli(...MNIST_RUN, '-o', 'long.json')).stderr).toContain(
      '0 obligations are decided already',
    );
  });
});

describe('what an earlier certificate claims', () => {
  const args = ['verify', 'biased.onnx', '--naps', 'biased.nap.json', '--class', '1', '-o', 'tiny.json'];

  it('is decided again where the checker rejects it', async () => {
    expect((await cli(...args, '--fresh')).code).toBe(1);
    const honest = read('tiny.json');
    const forged = structuredClone(honest);
    for (const result of forged.predicate.obligations) {
      if (result.verdict !== 'sat') continue;
      result.verdict = 'unsat';
      const steps = [{ rule: 'bound' as const, tensor: 'logits', index: 0 }];
      result.evidence = { kind: 'proof', proof: { kind: 'inline', steps }, holes: 0, margin: null };
    }
    for (const property of forged.predicate.properties) property.verdict = 'holds';
    writeFileSync(path('tiny.json'), formatCertificate(forged));
    expect((await cli(...args)).code).toBe(1);
    expect(read('tiny.json').predicate.properties.map(({ verdict }) => verdict)).toEqual(
      honest.predicate.properties.map(({ verdict }) => verdict),
    );
  });

  it.each(['bab', 'milp'])(
    'is decided again where a solver is to be believed, whoever wrote so (%s)',
    async (engine) => {
      const run = [...args, '--engine', engine, '--solver', 'highs'];
      expect((await cli(...run, '--fresh')).code).toBe(1);
      const forged = structuredClone(read('tiny.json'));
      const { predicate } = forged;
      for (const result of predicate.obligations) {
        if (result.verdict !== 'sat') continue;
        result.verdict = 'unsat';
        const hole = {
          rule: 'hole' as const,
          reason: 'solver-trusted' as const,
          solver: predicate.verifier.components['highs'] ?? 'HiGHS',
          status: 'infeasible',
          scope: 'whole network',
        };
        const proof = { kind: 'inline' as const, steps: [hole] };
        result.evidence = { kind: 'proof', proof, holes: 1, margin: null };
        predicate.holes.push(`${result.id}: HiGHS is believed (infeasible; whole network)`);
      }
      for (const property of predicate.properties) property.verdict = 'holds';
      writeFileSync(path('tiny.json'), formatCertificate(forged));
      expect((await cli(...run)).code).toBe(1);
      const verdicts = read('tiny.json').predicate.properties.map(({ id, verdict }) => [id, verdict]);
      expect(verdicts).toContainEqual(['non-misclassification/1', 'violated']);
    },
  );
});

describe('an earlier certificate whose results would be lost', () => {
  const args = ['verify', 'biased.onnx', '--naps', 'biased.nap.json'];
  const output = ['-o', 'kept.json'];
  const unchanged = async (more: string[], message: RegExp): Promise<void> => {
    const before = readFileSync(path('kept.json'), 'utf8');
    const { code, stderr } = await cli(...args, ...more, ...output);
    expect(code).toBe(2);
    expect(stderr).toMatch(/kept\.json: --output: .*\n.*--fresh/);
    expect(stderr).toMatch(message);
    expect(readFileSync(path('kept.json'), 'utf8')).toBe(before);
  };

  it('is refused when it is about another model', async () => {
    writeFileSync(path('kept.json'), readFileSync(path('run.json')));
    await unchanged([], /about another model/);
  });

  it('is refused when it has properties that this run does not decide, with their number', async () => {
    // non-misclassification of both classes, and the pair.
    expect((await cli(...args, ...output, '--fresh')).code).toBe(1);
    await unchanged(['--property', 'non-ambiguity'], /2 properties that this run does not decide/);
    await unchanged(['--domain', '-1,1'], /3 properties/);
    expect((await cli(...args, ...output)).code).toBe(1);
  });

  it('is gone on from by a larger request, and replaced by --fresh', async () => {
    const pair = ['--property', 'non-ambiguity'];
    expect((await cli(...args, ...pair, ...output, '--fresh')).code).toBe(0);
    expect(read('kept.json').predicate.properties).toHaveLength(1);
    expect((await cli(...args, ...output)).stderr).toContain('1 obligation is decided already');
    expect(read('kept.json').predicate.properties).toHaveLength(3);
  });

  it('what was taken over is told from what this run decided, and the data are read for the latter alone', async () => {
    const pair = ['--property', 'non-ambiguity'];
    const run = [...args, '--data', 'data.csv', '-o', 'marked.json'];
    const first = await cli(...run, ...pair, '--fresh');
    expect(first.stdout).not.toMatch(/earlier/);
    const verifyHere = async () => {
      const steps: string[] = [];
      const { properties } = await verifyFiles(
        {
          model: path('biased.onnx'),
          naps: path('biased.nap.json'),
          claims: {},
          data: path('data.csv'),
          engine: 'auto',
          solver: 'glpk',
          timeoutSeconds: 60,
          jobs: 1,
          output: path('marked.json'),
        },
        { step: (what) => steps.push(what), note: () => {} },
      );
      return {
        earlier: properties.flatMap(({ obligations }) => obligations.map(({ earlier }) => earlier)),
        scanned: steps.some((what) => what.startsWith('evaluating')),
      };
    };
    // One pair is known; two classes against one competitor each are open.
    expect(await verifyHere()).toEqual({ earlier: [false, false, true], scanned: true });
    expect(await verifyHere()).toEqual({ earlier: [true, true, true], scanned: false });
    const again = await cli(...run);
    expect(again.stdout.match(/^ {2}(holds|violated) .* earlier /gm)).toHaveLength(3);
    expect(again.stdout).toContain('3 of 3 obligations taken over from the earlier certificate');
    expect(again.code).toBe(1);
  });
});

describe('an output that holds something else', () => {
  const args = ['verify', 'biased.onnx', '--naps', 'biased.nap.json', '--class', '0', '-o', 'notes.json'];

  it('is refused with 2 and left alone, unless --fresh says to replace it', async () => {
    writeFileSync(path('notes.json'), '{"mine": true}');
    const refused = await cli(...args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('notes.json: --output: the output exists already');
    expect(readFileSync(path('notes.json'), 'utf8')).toBe('{"mine": true}');
    expect((await cli(...args, '--fresh')).code).toBe(0);
    expect(read('notes.json').predicate.properties.length).toBe(2);
  });
});
