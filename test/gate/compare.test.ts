/** Two decisions side by side: whatever differs between them is in the comparison and in what is printed of it. */
import { describe, expect, it } from 'vitest';
import { compareWithBaseline } from '../../src/gate/compare.js';
import { decide } from '../../src/gate/decide.js';
import type { Decision } from '../../src/gate/decision.js';
import type { GateModel, RecallEvidence } from '../../src/gate/evidence.js';
import { gateText } from '../../src/report/text/gate.js';
import type { Property } from '../../src/spec/property.js';
import { accepted, BOX, DIGEST, proved } from './evidence.js';

const FILE = { file: 'old.json', sha256: DIGEST };
const SOURCE = { file: 'p.yaml', line: 3 };
const ZERO: Property = { kind: 'non-misclassification', class: 0, competitors: [1] };

function recall(minimum: number, count: number, changes: Partial<RecallEvidence> = {}): RecallEvidence {
  return {
    class: null,
    dataset: { name: 'held', selection: 'all', digest: DIGEST, samples: 100 },
    minimum,
    measured: { count, of: 100, value: count / 100 },
    advisory: false,
    source: SOURCE,
    sharedWithMining: 0,
    unknownAccepted: false,
    miningDetail: '',
    mining: null,
    ...changes,
  };
}

const UNMEASURED = { measured: null, dataset: null } as const;
const OTHER = { dataset: { name: 'other', selection: 'all', digest: 'b'.repeat(64), samples: 100 } };

/** Class 0 is proved. */
function model(list: readonly RecallEvidence[], advisory = false): GateModel {
  return {
    name: 'digits',
    file: 'm.onnx',
    sha256: DIGEST,
    classes: 2,
    specification: null,
    naps: { file: 'n.json', sha256: DIGEST, delta: '1' },
    arithmetic: 'real',
    domain: BOX,
    demands: [{ property: ZERO, source: SOURCE, advisory }],
    gaps: [],
    certificate: accepted([proved(ZERO)]),
    missing: '',
    recall: list,
    redo: [],
  };
}

function decision(now: GateModel, before: Decision | null): Decision {
  const decided = decide({ unknown: 'inconclusive', holes: [] }, [now]);
  return {
    format: 'napcert-gate/1',
    napcert: '0',
    policy: { file: 'p.yaml', sha256: DIGEST, name: 'p' },
    ...decided,
    interrupted: false,
    baseline: before === null ? null : compareWithBaseline(decided.models, before, FILE),
    startedAt: '2026-01-02T03:04:05.000Z',
    verifiedAt: '2026-01-02T03:04:06.000Z',
  };
}

function compare(before: GateModel, now: GateModel) {
  const after = decision(now, decision(before, null));
  const text = gateText(after);
  return {
    recall: after.baseline!.models[0]!.recall,
    requirements: after.baseline!.models[0]!.requirements,
    text: text.slice(text.indexOf('Compared with')).split('\n\n')[0]!,
  };
}

describe('a decision beside that of an earlier release', () => {
  it('nothing changed: no difference', () => {
    const { text, recall: rows } = compare(model([recall(0.85, 90)]), model([recall(0.85, 90)]));
    expect(text).toBe('Compared with old.json (passed): no difference.');
    expect(rows).toMatchObject([{ change: 'same', sameData: true }]);
  });

  it('a higher minimum that is not reached: worse, and the outcome', () => {
    const { text, recall: rows } = compare(model([recall(0.85, 90)]), model([recall(0.95, 90)]));
    expect(rows).toMatchObject([
      {
        change: 'worse',
        status: { before: 'met', now: 'too-low' },
        minimum: { before: 0.85, now: 0.95 },
        before: 0.9,
        now: 0.9,
      },
    ]);
    expect(text).toContain('outcome: passed -> failed');
    expect(text).toContain(
      'digits: recall: worse, met (90.00 %, at least 85.00 %) -> too-low (90.00 %, at least 95.00 %)',
    );
    expect(text).not.toContain('other samples');
  });

  it('another minimum that is reached too is listed', () => {
    const { text } = compare(model([recall(0.85, 90)]), model([recall(0.5, 90)]));
    expect(text).toContain('at least 85.00 %) -> met (90.00 %, at least 50.00 %)');
    expect(text).not.toContain('outcome');
  });

  it('a recall that is no longer asked for is dropped; a new one is added', () => {
    const dropped = compare(model([recall(0.85, 90)]), model([]));
    expect(dropped.recall).toMatchObject([{ change: 'dropped', status: { before: 'met', now: null } }]);
    expect(dropped.text).toContain('recall: dropped, met (90.00 %, at least 85.00 %) -> -');
    const added = compare(model([]), model([recall(0.85, 90, { class: 3 })]));
    expect(added.recall).toMatchObject([{ class: 3, change: 'added', sameData: null }]);
    expect(added.text).toContain('recall of class 3: added, - -> met (90.00 %, at least 85.00 %)');
  });

  it('where one side was not measured, nothing is said about its samples', () => {
    const { text, recall: rows } = compare(model([recall(0.85, 90)]), model([recall(0.85, 0, UNMEASURED)]));
    expect(rows).toMatchObject([{ change: 'worse', sameData: null, now: null }]);
    expect(text).toContain('-> missing (not measured, at least 85.00 %)');
    expect(text).not.toContain('other samples');
  });

  it('other samples are named, even with the same share', () => {
    const { text } = compare(model([recall(0.85, 90)]), model([recall(0.85, 90, OTHER)]));
    expect(text).toContain('(other samples)');
  });

  it('two recalls of a class are compared by their samples, whatever their order', () => {
    const [one, two] = [recall(0.85, 90), recall(0.8, 95, OTHER)];
    expect(compare(model([one, two]), model([two, one])).text).toContain('no difference');
  });

  it('what is only advised from now on is listed, for a requirement and for a recall', () => {
    const { text, requirements } = compare(
      model([recall(0.85, 90)]),
      model([recall(0.85, 90, { advisory: true })], true),
    );
    expect(requirements).toMatchObject([{ change: 'same', advisory: { before: false, now: true } }]);
    expect(text).toMatch(/non-misclassification\/0: .*, required -> .*, advisory/);
    expect(text).toMatch(/recall: .*, required\) -> .*, advisory\)/);
    expect(text).toContain('outcome: passed -> inconclusive');
  });
});
