/** Reports of the gate: they replace nothing that it reads or writes, and none of an earlier run outlives a later one. */
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GateOptions, gate } from '../../src/api/gate/gate.js';
import type { Progress } from '../../src/api/progress.js';
import { verifyAndReport } from '../../src/api/verify-reports.js';
import { decisionSchema } from '../../src/gate/decision.js';
import { InputError } from '../../src/util/errors.js';
import { runCli } from '../helpers/run-cli.js';
import { TINY, tinyModel, vector } from '../helpers/tiny-model.js';

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const cli = (...args: string[]) => runCli([...args, '--quiet'], { cwd: folder });
const policy = (model = 'tiny.onnx'): string => `napcert-policy: 1
models:
  - name: tiny
    model: ${model}
    naps: tiny.nap.json
    specification: spec.yaml
    data: { path: data.csv }
    mining: { path: mined.csv }
    recall: [{ data: { path: held.csv }, minimum: 0.5 }]
`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'napcert-gate-reports-'));
  // logits (1 + relu(x0 - 1/2), relu(x1 - 1/2)): class 0 holds behind its NAP.
  const initializers = { ...TINY.initializers, b1: vector(-0.5, -0.5), b2: vector(1, 0) };
  writeFileSync(at('tiny.onnx'), tinyModel({ initializers }));
  const rows = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? `1,${i / 100},0` : `${i / 100},1,1`));
  for (const [name, part] of [
    ['data.csv', rows],
    ['mined.csv', rows.slice(0, 10)],
    ['held.csv', rows.slice(10)],
    ['far.csv', rows],
  ] as const) {
    writeFileSync(at(name), `x0,x1,label\n${part.join('\n')}\n`);
  }
  const ball = '{ kind: local-robustness, epsilon: 0.1, reference: { data: far.csv, sample: 0 } }';
  writeFileSync(
    at('spec.yaml'),
    `napcert: 1\nproperties:\n  - { kind: non-misclassification, classes: [0] }\n  - ${ball}\n`,
  );
  const mined = await cli('mine', 'tiny.onnx', '--data', 'mined.csv', '--delta', '1', '-o', 'tiny.nap.json');
  expect(mined.code).toBe(0);
  expect((await cli('keygen', '-o', 'k')).code).toBe(0);
  writeFileSync(at('p.yaml'), policy());
  expect(await cli('gate', 'p.yaml', '--sign-key', 'k.key.pem')).toMatchObject({ code: 0, stderr: '' });
  symlinkSync(at('p.gate'), at('linked'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Every file by name, with its content. */
function everything(): Record<string, string> {
  const names = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    statSync(at(name)).isFile(),
  );
  return Object.fromEntries(names.map((name) => [name, readFileSync(at(name), 'hex')]));
}

/** Refused before any work: the error names the option, and the folder is as it was. */
async function refused(run: () => Promise<unknown>): Promise<void> {
  const before = everything();
  const error: unknown = await run().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).fault.place).toBe('--report');
  expect(everything()).toEqual(before);
}

describe('a report that would replace a file of the run is refused, and nothing is written or removed', () => {
  const report = (file: string, more: Partial<GateOptions> = {}) =>
    gate({ policy: at('p.yaml'), reports: [{ format: 'junit', file: `${folder}/${file}` }], ...more });

  it.each([
    'p.yaml',
    'tiny.onnx',
    'tiny.nap.json',
    'spec.yaml',
    'far.csv',
    'data.csv',
    'mined.csv',
    'held.csv',
    'k.key.pem',
    'k.pub.pem',
    'p.gate/decision.json',
    'p.gate/summary.vsa.json',
    'p.gate/summary.vsa.dsse.json',
    './tiny.onnx',
    'linked/decision.json',
  ])('%s', (name) =>
    refused(() => report(name, { signKey: at('k.key.pem'), verifyKeys: [at('k.pub.pem')] })),
  );

  it('ends the command with 2', async () => {
    const before = everything();
    const { code, stdout, stderr } = await cli('gate', 'p.yaml', '--report', 'junit=tiny.onnx');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('tiny.onnx: --report: the output would replace an input');
    expect(everything()).toEqual(before);
  });

  it('certificates, envelopes and proof files, those that are not there yet too', async () => {
    const certificate = readdirSync(at('p.gate')).find((name) => name.endsWith('.cert.json'))!;
    const names = [
      certificate,
      certificate.replace(/\.json$/, '.dsse.json'),
      certificate.replace(/\.json$/, '.proof.jsonl.gz'),
      'tiny-0123456789ab.cert.json',
    ];
    for (const name of names) {
      for (const parent of ['p.gate', 'linked', 'p.gate/../p.gate']) {
        await refused(() => report(`${parent}/${name}`));
      }
    }
  });

  it('the baseline, given as a folder or a file, and two reports of one place', async () => {
    await gate({ policy: at('p.yaml'), output: at('last') });
    for (const name of ['last', 'last/decision.json']) {
      await refused(() => report('last/decision.json', { baseline: at(name) }));
    }
    const twice = ['a.json', './a.json'].map((name) => ({
      format: 'json' as const,
      file: `${folder}/${name}`,
    }));
    await refused(() => report('', { reports: twice }));
  });

  it('a report beside the certificates is no such file', async () => {
    await report('p.gate/report.xml');
    expect(readFileSync(at('p.gate', 'report.xml'), 'utf8')).toContain('<testsuites name="napcert"');
  });
});

describe('verify refuses a report in place of what it reads or writes, whether or not that is there', () => {
  it.each(['new.json', './new.json', 'new.dsse.json', 'new.proof.jsonl.gz', 'k.key.pem', 'far.csv'])(
    '%s',
    (name) =>
      refused(() =>
        verifyAndReport({
          model: at('tiny.onnx'),
          naps: at('tiny.nap.json'),
          claims: { spec: at('spec.yaml') },
          engine: 'auto',
          solver: 'glpk',
          timeoutSeconds: 60,
          signKey: at('k.key.pem'),
          output: at('new.json'),
          reports: [{ format: 'json', file: `${folder}/${name}` }],
        }),
      ),
  );
});

describe('a report of an earlier run', () => {
  const REPORTS = ['r.sarif', 'r.xml', 'r.html', 'r.github', 'r.md'] as const;
  const FLAGS = ['sarif=r.sarif', 'junit=r.xml', 'html=r.html', 'github=r.github', 'summary=r.md'].flatMap(
    (target) => ['--report', target],
  );
  const passed = async (): Promise<void> => {
    writeFileSync(at('s.yaml'), policy());
    expect((await cli('gate', 's.yaml', ...FLAGS)).code).toBe(0);
    for (const name of REPORTS) expect(existsSync(at(name))).toBe(true);
  };
  const gone = (): void => {
    for (const name of REPORTS) expect(existsSync(at(name))).toBe(false);
  };

  it('does not outlive a run that ends with 2 over a file of the policy', async () => {
    await passed();
    writeFileSync(at('s.yaml'), policy('missing.onnx'));
    expect((await cli('gate', 's.yaml', ...FLAGS)).code).toBe(2);
    gone();
  });

  it('does not outlive one over the policy itself, which removes reports and nothing else', async () => {
    await passed();
    writeFileSync(at('s.yaml'), `${policy()}  nothing: [\n`);
    const more = ['--report', 'json=data.csv', '--report', 'gitlab=tiny.onnx', '--report', 'jsonl=k.key.pem'];
    const kept = ['data.csv', 'tiny.onnx', 'k.key.pem'].map((name) => readFileSync(at(name), 'hex'));
    expect((await cli('gate', 's.yaml', ...FLAGS, ...more)).code).toBe(2);
    gone();
    expect(['data.csv', 'tiny.onnx', 'k.key.pem'].map((name) => readFileSync(at(name), 'hex'))).toEqual(kept);
  });

  it('is gone before anything is decided', async () => {
    await passed();
    const seen: boolean[] = [];
    const progress: Progress = { step: () => {}, note: () => seen.push(existsSync(at('r.xml'))) };
    const reports = [{ format: 'junit', file: at('r.xml') }] as const;
    await gate({ policy: at('s.yaml'), reports }, progress);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).not.toContain(true);
    expect(existsSync(at('r.xml'))).toBe(true);
  });
});

it('links in the folder that lead nowhere are no certificates', async () => {
  writeFileSync(at('links.yaml'), policy());
  expect((await cli('gate', 'links.yaml', '--no-prove')).code).toBe(3);
  symlinkSync('nowhere', at('links.gate', 'tiny-0123456789ab.cert.json'));
  symlinkSync('tiny-0123456789ac.cert.json', at('links.gate', 'tiny-0123456789ac.cert.json'));
  expect(await cli('gate', 'links.yaml')).toMatchObject({ code: 0, stderr: '' });
});

describe('what was decided in an earlier run', () => {
  it('has no time of this one', async () => {
    writeFileSync(at('again.yaml'), policy());
    const rows = async (): Promise<string[]> =>
      (await cli('gate', 'again.yaml')).stdout
        .split('\n')
        .filter((line) => /met .*(local-robustness|non-misclassification)/.test(line));
    const [first, second] = [await rows(), await rows()];
    expect(first).toHaveLength(2);
    for (const row of first) expect(row).not.toContain('earlier');
    for (const row of second) expect(row).toMatch(/reused\s+earlier/);
  });
});

describe('an interruption of the gate', () => {
  const run = async (output: string, words: RegExp | null, more: Partial<GateOptions> = {}) => {
    const controller = new AbortController();
    if (words === null) controller.abort();
    const note = (line: string): void => {
      if (words?.test(line) === true) controller.abort();
    };
    const progress: Progress = { step: () => {}, note };
    const options = { policy: at('p.yaml'), output: at(output), ...more };
    const decision = await gate(options, progress, controller.signal);
    expect(controller.signal.aborted).toBe(true);
    const summary = JSON.parse(readFileSync(at(output, 'summary.vsa.json'), 'utf8'));
    return { ...decision, result: summary.predicate.verificationResult };
  };

  it('that comes before anything is decided leaves it open', async () => {
    expect(await run('i1', null)).toMatchObject({
      interrupted: true,
      outcome: 'inconclusive',
      result: 'FAILED',
    });
  });

  it('that comes when all is decided takes nothing away', async () => {
    expect(await run('i2', /checking the certificate again/)).toMatchObject({
      interrupted: false,
      outcome: 'passed',
      result: 'PASSED',
    });
  });

  it.each([/^model 1 of 1/m, /deciding 2 properties/, /checking the certificate again/, /measuring recall/])(
    'at %s: exit code, decision and summary agree',
    async (words) => {
      rmSync(at('i3'), { recursive: true, force: true });
      const { code, stdout } = await runCli(['gate', 'p.yaml', '-o', 'i3', '--json'], {
        cwd: folder,
        started: (child) => {
          let said = '';
          child.stderr?.on('data', (text: string) => {
            const before = words.test(said);
            said += text;
            if (!before && words.test(said)) child.kill('SIGINT');
          });
        },
      });
      const decision = decisionSchema.parse(JSON.parse(stdout));
      expect(decisionSchema.parse(JSON.parse(readFileSync(at('i3', 'decision.json'), 'utf8')))).toEqual(
        decision,
      );
      const { predicate } = JSON.parse(readFileSync(at('i3', 'summary.vsa.json'), 'utf8'));
      const isPassed = decision.outcome === 'passed';
      expect(predicate.verificationResult).toBe(isPassed ? 'PASSED' : 'FAILED');
      expect(code).toBe(isPassed ? 0 : 130);
      expect(decision.interrupted).toBe(!isPassed);
    },
  );
});
