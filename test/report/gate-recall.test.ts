/** Recall in reports of the gate: what this run measured is met or failed with its numbers; only what it did not is said to be. */
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { decide } from '../../src/gate/decide.js';
import type { Decision, MeasuredRecall } from '../../src/gate/decision.js';
import { eventSchema } from '../../src/report/documents/event.js';
import type { ReportInput } from '../../src/report/exhibit.js';
import { REPORTERS } from '../../src/report/reporters/index.js';
import { gateText } from '../../src/report/text/gate.js';

const HASH = 'a'.repeat(64);

/** 91 of 100 samples, by the gate's own decision for the minimum. */
function decision(minimum: number, measured: MeasuredRecall['measured']): Decision {
  const decided = decide({ unknown: 'inconclusive', holes: [] }, [
    {
      name: 'digits',
      file: 'm.onnx',
      sha256: HASH,
      classes: 2,
      specification: null,
      naps: { file: 'n.json', sha256: HASH, delta: '0.99' },
      arithmetic: 'real',
      domain: { kind: 'box', lower: 0, upper: 1 },
      demands: [],
      gaps: [],
      certificate: null,
      missing: '',
      recall: [
        {
          class: 3,
          dataset:
            measured === null ? null : { name: 'held', selection: 'last:100', digest: HASH, samples: 100 },
          minimum,
          measured,
          advisory: false,
          source: { file: 'p.yaml', line: 7 },
          sharedWithMining: 0,
          unknownAccepted: false,
          miningDetail: '',
          mining: null,
        },
      ],
      redo: [],
    },
  ]);
  return {
    format: 'napcert-gate/1',
    napcert: '0',
    policy: { file: 'p.yaml', sha256: HASH, name: 'p' },
    ...decided,
    interrupted: false,
    baseline: null,
    startedAt: '2026-01-02T03:04:05.000Z',
    verifiedAt: '2026-01-02T03:04:06.000Z',
  };
}

function input(decided: Decision, decidedNow: boolean): ReportInput {
  const counts = { rejected: 0, violated: 0, unchecked: 0, unknown: 0, 'on-trust': 0, vacuous: 0, holds: 0 };
  const document = {
    format: 'napcert-report/1',
    napcert: '0',
    generatedAt: '2026-01-02T03:04:06.000Z',
    counts,
    certificates: [],
  } as const;
  return {
    document: { ...document, certificates: [] },
    exhibits: [],
    recall: [],
    decision: decided,
    decidedNow,
  };
}

/** The `recall` lines of the jsonl report, by its schema. */
function recallLines(of: ReportInput) {
  const lines = REPORTERS.jsonl(of).trimEnd().split('\n');
  return lines.map((line) => eventSchema.parse(JSON.parse(line))).filter((line) => line.event === 'recall');
}

interface Case {
  readonly skipped?: { readonly message: string };
  readonly failure?: { readonly message: string };
  readonly error?: { readonly message: string };
  readonly 'system-out'?: string;
}
function junitCase(of: ReportInput): Case {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' });
  const read = parser.parse(REPORTERS.junit(of)) as {
    testsuites: { testsuite: { testcase: Case } };
  };
  return read.testsuites.testsuite.testcase;
}
const sarifKind = (of: ReportInput): string => {
  const log = JSON.parse(REPORTERS.sarif(of)) as { runs: { results: { kind: string }[] }[] };
  return log.runs[0]!.results[0]!.kind;
};
const badgeOf = (of: ReportInput): string =>
  /Recall that the policy asks for[\s\S]*?class="(badge[^"]*)"/.exec(REPORTERS.html(of))![1]!;

const NUMBERS = /91\.00 %: 91 of 100 samples/;

describe('a recall that this run measured and that is high enough', () => {
  const met = input(decision(0.9, { count: 91, of: 100, value: 0.91 }), true);

  it('is passed, with its numbers, in every format', () => {
    expect(met.decision!.outcome).toBe('passed');
    const one = junitCase(met);
    expect([one.skipped, one.failure, one.error]).toEqual([undefined, undefined, undefined]);
    expect(one['system-out']).toMatch(NUMBERS);
    expect(sarifKind(met)).toBe('pass');
    expect(REPORTERS.sarif(met)).toMatch(NUMBERS);
    expect(JSON.parse(REPORTERS.gitlab(met))).toEqual([]);
    expect(REPORTERS.github(met)).toMatch(/^::notice .*recall: 1 met/);
    expect(REPORTERS.summary(met)).toMatch(/✅ \| recall\/3 \| digits \| met/);
    expect(badgeOf(met)).toBe('badge holds');
    expect(recallLines(met)).toMatchObject([
      { model: 'digits', class: 3, status: 'met', minimum: 0.9, measured: { count: 91, of: 100 } },
    ]);
    expect(REPORTERS.html(met)).toMatch(NUMBERS);
    expect(gateText(met.decision!)).toMatch(/met.*91\.00 %: 91 of 100/);
    for (const reporter of Object.values(REPORTERS)) {
      expect(reporter(met)).not.toMatch(/not measured|not checked|stated by/);
    }
  });

  it('is no property, and counts where requirements are counted', () => {
    expect(REPORTERS.summary(met)).toContain('0 properties&#58; 0 hold&#59; recall&#58; 1 met');
    expect(met.decision!.counts).toMatchObject({ met: 1, 'too-low': 0, missing: 0 });
  });
});

describe('a recall that this run measured and that is too low', () => {
  it('is failed, with its numbers, in every format', () => {
    const low = input(decision(0.95, { count: 91, of: 100, value: 0.91 }), true);
    expect(low.decision!.outcome).toBe('failed');
    expect(low.decision!.counts).toMatchObject({ met: 0, 'too-low': 1 });
    expect(junitCase(low).failure!.message).toMatch(NUMBERS);
    expect(sarifKind(low)).toBe('fail');
    expect(REPORTERS.github(low)).toMatch(/^::error .*91 of 100/);
    expect(JSON.parse(REPORTERS.gitlab(low))).toMatchObject([{ severity: 'critical' }]);
    expect(REPORTERS.summary(low)).toMatch(/❌ \| recall\/3 \| digits \| too low/);
    expect(badgeOf(low)).toBe('badge violated');
    expect(recallLines(low)).toMatchObject([{ status: 'too-low', minimum: 0.95 }]);
  });
});

describe('a recall that was not measured', () => {
  it('is missing, and says so', () => {
    const missing = input(decision(0.9, null), true);
    expect(missing.decision!.outcome).toBe('inconclusive');
    expect(missing.decision!.counts).toMatchObject({ met: 0, missing: 1 });
    expect(junitCase(missing).error!.message).toContain('not measured');
    expect(sarifKind(missing)).not.toBe('pass');
    expect(recallLines(missing)).toMatchObject([{ status: 'missing', measured: null, dataset: null }]);
  });
});

describe('a decision that was read from a file', () => {
  it('is not believed about a recall that it calls met, and nothing is red', () => {
    const stated = input(decision(0.9, { count: 91, of: 100, value: 0.91 }), false);
    expect(junitCase(stated).skipped!.message).toMatch(/91 of 100.*stated, not measured again/);
    expect(sarifKind(stated)).toBe('open');
    expect(badgeOf(stated)).toBe('badge');
    expect(recallLines(stated)).toMatchObject([{ status: 'stated' }]);
    expect(JSON.parse(REPORTERS.gitlab(stated))).toEqual([]);
  });

  it('is believed about a recall that it calls too low', () => {
    const low = input(decision(0.95, { count: 91, of: 100, value: 0.91 }), false);
    expect(junitCase(low).failure!.message).toMatch(NUMBERS);
  });
});
