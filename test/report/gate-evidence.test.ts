/** A decision beside certificates that were checked for the report: no format shows less than the worst of the two. */
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectReport } from '../../src/api/report/collect.js';
import { contradictionOf } from '../../src/gate/contradiction.js';
import type { Decision, Requirement } from '../../src/gate/decision.js';
import { countsOf, outcomeOf } from '../../src/gate/outcome.js';
import type { ReportedProperty } from '../../src/report/documents/report.js';
import type { ReportInput } from '../../src/report/exhibit.js';
import { REPORTERS } from '../../src/report/reporters/index.js';
import { InputError } from '../../src/util/errors.js';
import { type ReportFolder, reportFolder, validCertificate, wrongCertificate } from './certificates.js';

const HASH = 'a'.repeat(64);
let files: ReportFolder;
let valid: string;
let wrong: string;
let plain: ReportInput;

beforeAll(async () => {
  files = reportFolder();
  valid = files.write('valid.cert.json', validCertificate());
  wrong = files.write('wrong.cert.json', wrongCertificate());
  plain = await files.collect([valid]);
});
afterAll(() => files.remove());

const ROBUST = 'local-robustness/center/e0.125';

const STATUS = { holds: 'met', violated: 'violated', vacuous: 'vacuous' } as const;

function requirement(property: ReportedProperty, changes: Partial<Requirement> = {}): Requirement {
  return {
    id: property.id,
    kind: property.kind,
    claim: property.claim,
    digest: property.claimDigest,
    onlyAgainst: property.onlyAgainst,
    source: { file: 'p.yaml', line: 4 },
    advisory: false,
    status: STATUS[property.status as keyof typeof STATUS],
    reused: false,
    detail: '',
    holes: [],
    margin: null,
    seconds: 0,
    counterexample: null,
    ...changes,
  };
}

/** Consistent in itself, as a careful author would write it. */
function decision(file: string, requirements: readonly Requirement[]): Decision {
  const { model, arithmetic, domain, naps } = plain.document.certificates[0]!;
  const models: Decision['models'] = [
    {
      name: 'tiny',
      file: files.model,
      sha256: model.sha256,
      specification: null,
      naps: { file: 'none.nap.json', sha256: naps!, delta: '1' },
      arithmetic,
      domain,
      certificate: {
        file,
        sha256: HASH,
        origin: 'reused',
        check: 'valid',
        signature: 'not-asked',
        rejection: null,
      },
      requirements: [...requirements],
      recall: [],
      redo: [],
    },
  ];
  const stated: Decision = {
    format: 'napcert-gate/1',
    napcert: '0',
    policy: { file: 'p.yaml', sha256: HASH, name: 'p' },
    ...outcomeOf('inconclusive', models),
    counts: countsOf(models),
    models,
    interrupted: false,
    baseline: null,
    startedAt: '2026-01-02T03:04:05.000Z',
    verifiedAt: '2026-01-02T03:04:06.000Z',
  };
  expect(contradictionOf(stated)).toBeNull();
  return stated;
}

const property = (id: string): ReportedProperty =>
  plain.document.certificates[0]!.properties.find((one) => one.id === id)!;
const requireOf = (...ids: readonly string[]): Requirement[] => ids.map((id) => requirement(property(id)));

/** As if the NAP file of the certificate's digest were at hand and had its literals. */
async function collect(certificates: readonly string[], decided: Decision, decidedNow = false) {
  const options = { certificates, models: [files.model], decision: decided, decidedNow };
  const { document, ...rest } = await collectReport(options);
  const compared = document.certificates.map((one) => ({ ...one, napsChecked: true }));
  return { ...rest, document: { ...document, certificates: compared } };
}

interface Shown {
  /** Names of JUnit cases by outcome. */
  readonly failed: readonly string[];
  readonly sarifFails: number;
  readonly errors: number;
  readonly severe: number;
}
function shown(input: ReportInput): Shown {
  const always = ['testsuite', 'testcase'];
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (tag) => always.includes(tag),
  });
  const junit = parser.parse(REPORTERS.junit(input)) as {
    testsuites: { testsuite: { testcase: { name: string; failure?: unknown; error?: unknown }[] }[] };
  };
  const sarif = JSON.parse(REPORTERS.sarif(input)) as { runs: { results: { kind: string }[] }[] };
  const gitlab = JSON.parse(REPORTERS.gitlab(input)) as { severity: string; fingerprint: string }[];
  expect(new Set(gitlab.map(({ fingerprint }) => fingerprint)).size).toBe(gitlab.length);
  return {
    failed: junit.testsuites.testsuite
      .flatMap(({ testcase }) => testcase)
      .filter(({ failure, error }) => failure !== undefined || error !== undefined)
      .map(({ name }) => name.replace(/ \(only against .*\)$/, '')),
    sarifFails: sarif.runs[0]!.results.filter(({ kind }) => kind === 'fail').length,
    errors: REPORTERS.github(input).match(/^::error /gm)?.length ?? 0,
    severe: gitlab.filter(({ severity }) => severity !== 'minor' && severity !== 'info').length,
  };
}

describe('a decision of a file whose certificates are worse than it says', () => {
  it('a refuted claim that no requirement names fails everywhere', async () => {
    const input = await collect([valid], decision(valid, requireOf(ROBUST)));
    expect(input.decision!.outcome).toBe('passed');
    expect(shown(input)).toEqual({
      failed: ['non-misclassification/1'],
      sarifFails: 1,
      errors: 1,
      severe: 1,
    });
  });

  it('a rejected certificate fails with each of its claims, once', async () => {
    const input = await collect([wrong], decision(wrong, requireOf(ROBUST)));
    const ids = plain.document.certificates[0]!.properties.map(({ id }) => id);
    const result = shown(input);
    expect([...result.failed].sort()).toEqual([...ids].sort());
    expect(result).toMatchObject({ sarifFails: ids.length, errors: ids.length, severe: ids.length });
  });

  it('a certificate whose model is not there fails with each of its claims, once', async () => {
    const decided = decision(valid, requireOf(ROBUST));
    const input = await collectReport({ certificates: [valid], decision: decided });
    const ids = plain.document.certificates[0]!.properties.map(({ id }) => id);
    expect([...shown(input).failed].sort()).toEqual([...ids].sort());
  });

  it('what the policy refutes itself is told once', async () => {
    const ids = [ROBUST, 'non-misclassification/1'];
    const input = await collect([valid], decision(valid, requireOf(...ids)));
    expect(input.decision!.outcome).toBe('failed');
    expect(shown(input).failed).toEqual(['non-misclassification/1']);
  });

  it('a certificate that cannot be read leaves what it was to show not checked', async () => {
    const gone = `${valid}.gone`;
    const input = await collect([gone], decision(gone, requireOf(ROBUST)));
    expect(shown(input)).toMatchObject({ failed: [ROBUST], errors: 1 });
  });

  it('a certificate that the caller names has to be there', async () => {
    await expect(collect([`${valid}.gone`], decision(valid, requireOf(ROBUST)))).rejects.toThrow(InputError);
  });

  it('nothing that is required of a model is an error', async () => {
    const advised = requirement(property(ROBUST), { advisory: true });
    const input = await collect([valid], decision(valid, [advised]));
    expect(shown(input).failed).toContain('gate');
  });
});

describe('a decision of this run', () => {
  it('is not failed by a refuted claim that its policy does not ask for, but warns of it', async () => {
    const input = await collect([valid], decision(valid, requireOf(ROBUST)), true);
    expect(shown(input)).toMatchObject({ failed: [], errors: 0, severe: 0 });
    expect(REPORTERS.github(input)).toMatch(/^::warning .*violated%3A non-misclassification\/1/m);
  });

  it('is failed by a rejected certificate', async () => {
    const input = await collect([wrong], decision(wrong, requireOf(ROBUST)), true);
    expect(shown(input).errors).toBeGreaterThan(0);
  });
});

describe('the outcome', () => {
  it('is called a statement unless this run decided', async () => {
    const decided = decision(valid, requireOf(ROBUST));
    const read = await collect([valid], decided);
    expect(REPORTERS.summary(read)).toMatch(/^## napcert: a decision of the gate states: passed$/m);
    expect(REPORTERS.html(read)).toContain('Decision of the gate states: passed');
    expect(REPORTERS.html(read)).not.toContain(
      'class="verdict holds"><span class="badge holds"><span aria-hidden="true">✓</span> passed',
    );
    const own = await collect([valid], decided, true);
    expect(REPORTERS.summary(own)).toMatch(/^## napcert: the gate passed$/m);
    expect(REPORTERS.html(own)).toContain('>Gate: passed<');
  });
});
