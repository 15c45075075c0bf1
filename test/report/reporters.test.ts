/** Every reporter against the rules of who reads it: the SARIF schema, a JUnit reader, GitHub's and GitLab's documents. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventSchema } from '../../src/report/documents/event.js';
import { reportSchema } from '../../src/report/documents/report.js';
import type { ReportInput } from '../../src/report/exhibit.js';
import { REPORTERS } from '../../src/report/reporters/index.js';
import {
  HIDDEN,
  HOSTILE,
  hostileCertificate,
  type ReportFolder,
  reportFolder,
  trustingCertificate,
  validCertificate,
  wrongCertificate,
} from './certificates.js';

let files: ReportFolder;
let inputs: Readonly<Record<'valid' | 'trusting' | 'wrong' | 'unchecked' | 'hostile' | 'all', ReportInput>>;

beforeAll(async () => {
  files = reportFolder();
  const valid = files.write('valid.cert.json', validCertificate());
  const trusting = files.write('trusting.cert.json', trustingCertificate());
  const wrong = files.write('wrong.cert.json', wrongCertificate());
  const hostile = files.write(`${HIDDEN}&,%:.cert.json`, hostileCertificate());
  inputs = {
    valid: await files.collect([valid]),
    trusting: await files.collect([trusting]),
    wrong: await files.collect([wrong]),
    unchecked: await files.collect([valid], []),
    hostile: await files.collect([hostile]),
    all: await files.collect([valid, trusting, wrong, hostile]),
  };
});
afterAll(() => files.remove());

/** Control characters but line breaks, and marks that reorder or break lines. */
function hidden(text: string): string[] {
  return text.match(/[\p{Cc}\u202e\u2028]/gu)?.filter((char) => char !== '\n') ?? [];
}

const NAMES = ['valid', 'trusting', 'wrong', 'unchecked', 'hostile', 'all'] as const;
const statuses = (input: ReportInput) =>
  Object.fromEntries(input.document.certificates[0]!.properties.map(({ id, status }) => [id, status]));

describe('what a certificate is shown as', () => {
  it('valid: as claimed, since the checker agrees', () => {
    expect(inputs.valid.document.certificates[0]!.check.verdict).toBe('valid');
    expect(statuses(inputs.valid)).toEqual({
      'non-misclassification/0': 'holds',
      'non-ambiguity/0-1': 'holds',
      'non-ambiguity/1-2': 'holds',
      'local-robustness/center/e0.125': 'holds',
      'non-misclassification/1': 'violated',
      'non-misclassification/3': 'vacuous',
    });
  });

  it('incomplete: the property that rests on a solver is on trust, the others stay', () => {
    expect(statuses(inputs.trusting)).toMatchObject({
      'local-robustness/center/e0.125': 'on-trust',
      'non-misclassification/0': 'holds',
      'non-misclassification/1': 'violated',
    });
  });

  it('invalid: nothing in it counts, not even what would be right by itself', () => {
    expect(new Set(Object.values(statuses(inputs.wrong)))).toEqual(new Set(['rejected']));
  });

  it('without its model: nothing is shown', () => {
    expect(new Set(Object.values(statuses(inputs.unchecked)))).toEqual(new Set(['unchecked']));
    expect(inputs.unchecked.document.certificates[0]!.check.why).toMatch(/^not checked: no model was given/);
  });

  it('the outputs of a counterexample are computed anew, not read', () => {
    // By hand, with the network of test/forged/base.ts at (-7/8, 3/4): a = (0, 0, 1/4), w = (-2, 1/4), b = (0, 1/4).
    const point = inputs.hostile.exhibits[0]!.points.get('non-misclassification/1/0')!;
    expect(point.replayed).toBe(true);
    expect(point.exactLogits.map(Number)).toEqual([1, 0.25, -0.25, -5]);
    expect(point.runtimeLogits).toEqual([1, 0.25, -0.25, -5]);
  });

  it('lines are those of the property in the file', () => {
    const { file, properties } = inputs.valid.document.certificates[0]!;
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const { id, line } of properties) expect(lines[line - 1]).toContain(`"id": ${JSON.stringify(id)}`);
  });
});

describe('json and jsonl', () => {
  it.each(NAMES)('%s: follow their schemas', (name) => {
    expect(reportSchema.parse(JSON.parse(REPORTERS.json(inputs[name])))).toEqual(inputs[name].document);
    const lines = REPORTERS.jsonl(inputs[name]).split('\n');
    expect(lines.pop()).toBe('');
    const events = lines.map((line) => eventSchema.parse(JSON.parse(line)).event);
    expect(events[0]).toBe('start');
    expect(events.at(-1)).toBe('end');
  });
});

const SARIF_SCHEMA = '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';

function sarifSchema(): Record<string, unknown> | null {
  try {
    return createRequire(import.meta.url)(SARIF_SCHEMA) as Record<string, unknown>;
  } catch {
    return null;
  }
}

interface SarifLog {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly kind: string;
      readonly level: string;
      readonly partialFingerprints: Record<string, string>;
      readonly locations: readonly { physicalLocation: { artifactLocation: { uri: string } } }[];
      readonly properties: { readonly status: string };
    }[];
  }[];
}

describe('sarif', () => {
  const parsed = (name: (typeof NAMES)[number]) => JSON.parse(REPORTERS.sarif(inputs[name])) as SarifLog;

  it.skipIf(sarifSchema() === null)('follows the schema (skipped where its package is not installed)', () => {
    // The schema is draft 4: without its $schema and id the newer validator reads it the same, since it uses no
    // boolean exclusiveMinimum.
    const { $schema: _, id: __, ...schema } = sarifSchema()!;
    const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
    (addFormats as unknown as (instance: Ajv) => void)(ajv);
    const validate = ajv.compile(schema);
    for (const name of NAMES) {
      expect(validate(parsed(name)), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    }
    expect(validate({ ...parsed('valid'), version: '2.0.0' })).toBe(false);
  });

  it('passes only what is proved; a level is for failures only', () => {
    for (const name of NAMES) {
      for (const { kind, level, properties } of parsed(name).runs[0]!.results) {
        expect(kind === 'pass').toBe(properties.status === 'holds');
        expect(kind === 'fail').toBe(properties.status === 'violated' || properties.status === 'rejected');
        expect(level).toBe(kind === 'fail' ? 'error' : 'none');
      }
    }
  });

  it('rules are declared; fingerprints are the same in every run and different for different claims', () => {
    const [run] = parsed('all').runs;
    for (const { ruleId, ruleIndex } of run!.results)
      expect(run!.tool.driver.rules[ruleIndex]!.id).toBe(ruleId);
    const prints = (name: 'valid' | 'wrong') =>
      parsed(name).runs[0]!.results.map(({ partialFingerprints }) => partialFingerprints['napcertClaim/v1']);
    expect(prints('valid')).toEqual(prints('wrong'));
    expect(new Set(prints('valid')).size).toBe(6);
  });

  it('locations are URIs that lead back to the file', () => {
    const [result] = parsed('hostile').runs[0]!.results;
    const { uri } = result!.locations[0]!.physicalLocation.artifactLocation;
    expect(decodeURIComponent(new URL(uri).pathname)).toBe(inputs.hostile.document.certificates[0]!.file);
  });
});

interface JunitCase {
  readonly '@name': string;
  readonly failure?: unknown;
  readonly error?: unknown;
  readonly skipped?: unknown;
}
interface JunitSuite {
  readonly '@tests': string;
  readonly '@failures': string;
  readonly '@errors': string;
  readonly '@skipped': string;
  readonly testcase: readonly JunitCase[];
}

describe('junit', () => {
  const read = (name: (typeof NAMES)[number]) => {
    const text = REPORTERS.junit(inputs[name]);
    expect(XMLValidator.validate(text)).toBe(true);
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '@',
      parseAttributeValue: false,
      htmlEntities: true,
      isArray: (tag) => tag === 'testsuite' || tag === 'testcase',
    });
    return parser.parse(text) as {
      readonly testsuites: JunitSuite & { readonly testsuite: readonly JunitSuite[] };
    };
  };

  it('a violated property fails, an open one is skipped, a rejected or unchecked one is an error', () => {
    const [suite] = read('valid').testsuites.testsuite;
    const cases = new Map(suite!.testcase.map((item) => [item['@name'], item]));
    expect(cases.get('non-misclassification/1 (only against 0)')).toHaveProperty('failure');
    expect(cases.get('non-misclassification/3 (only against 0)')).toHaveProperty('skipped');
    expect(Object.keys(cases.get('non-ambiguity/0-1')!).filter((key) => !key.startsWith('@'))).toEqual([]);
    for (const name of ['wrong', 'unchecked'] as const) {
      for (const item of read(name).testsuites.testsuite[0]!.testcase) expect(item).toHaveProperty('error');
    }
  });

  it.each(NAMES)('%s: totals are those of the cases', (name) => {
    const { testsuites } = read(name);
    const cases = testsuites.testsuite.flatMap(({ testcase }) => testcase);
    const count = (key: keyof JunitCase) => `${cases.filter((item) => item[key] !== undefined).length}`;
    expect(testsuites).toMatchObject({
      '@tests': `${cases.length}`,
      '@failures': count('failure'),
      '@errors': count('error'),
      '@skipped': count('skipped'),
    });
  });
});

/** The documented inverse of GitHub's escaping of workflow commands. */
function unescapeCommand(text: string): string {
  return text
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%25', '%');
}

describe('github', () => {
  it.each(NAMES)('%s: every line is one command, whatever names hold', (name) => {
    const lines = REPORTERS.github(inputs[name]).trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(10);
    for (const line of lines) {
      const [, command, properties, message] =
        /^::(error|warning|notice) ([^\r\n]*?)::([^\r\n]*)$/.exec(line) ?? [];
      expect(command, line).toBeDefined();
      for (const pair of properties!.split(',')) expect(pair).toMatch(/^(file|line|title)=[^:,\r\n]*$/);
      expect(hidden(unescapeCommand(message!))).toEqual([]);
    }
  });

  it('lists the worst nine and says how many are left', () => {
    const lines = REPORTERS.github(inputs.all).trimEnd().split('\n');
    const open = inputs.all.document.certificates.flatMap(({ properties }) =>
      properties.filter(({ status }) => status !== 'holds'),
    );
    expect(lines).toHaveLength(10);
    expect(lines[9]).toMatch(new RegExp(`::and ${open.length - 9} more$`));
    expect(lines[0]).toContain('rejected');
  });
});

describe('summary', () => {
  it('stays below 1 MiB and says what is left out', () => {
    const [certificate] = inputs.valid.document.certificates;
    const many = Array.from({ length: 20_000 }, (_, i) => ({ ...certificate!.properties[0]!, id: `x/${i}` }));
    const input = {
      ...inputs.valid,
      document: { ...inputs.valid.document, certificates: [{ ...certificate!, properties: many }] },
    };
    const text = REPORTERS.summary(input);
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
    const rows = text.split('\n').filter((line) => line.startsWith('| ✅')).length;
    expect(text).toContain(`and ${20_000 - rows} more properties.`);
  });

  it('text cannot leave its cell', () => {
    const text = REPORTERS.summary(inputs.hostile);
    expect(text).not.toContain('<');
    const rows = text.split('\n').filter((line) => /^\| [✅❌⚠❔⛔]/u.test(line));
    expect(rows.map((row) => row.split('|').length)).toEqual(rows.map(() => 10));
  });
});

describe('gitlab', () => {
  it.each(NAMES)('%s: has what the documented format asks for, and nothing that is proved', (name) => {
    const issues = JSON.parse(REPORTERS.gitlab(inputs[name])) as Record<string, unknown>[];
    const open = inputs[name].document.certificates.flatMap(({ properties }) =>
      properties.filter(({ status }) => status !== 'holds'),
    );
    expect(issues).toHaveLength(open.length);
    for (const issue of issues) {
      expect(issue).toEqual({
        description: expect.any(String),
        check_name: expect.stringMatching(/^nap\//),
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        severity: expect.stringMatching(/^(info|minor|major|critical|blocker)$/),
        location: { path: expect.not.stringMatching(/^\.\//), lines: { begin: expect.any(Number) } },
      });
    }
  });
});

describe('no reporter lets text act', () => {
  it.each(['html', 'junit'] as const)('%s', (format) => {
    const text = REPORTERS[format](inputs.hostile);
    expect(text).not.toContain('<img src=x');
    expect(text).not.toContain('</script');
    expect(hidden(text)).toEqual([]);
    expect(HOSTILE).toContain('onerror');
  });
});
