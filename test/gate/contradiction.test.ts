/** A decision in a file: what the gate writes is accepted, and every way to say more than its states do is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contradictionOf } from '../../src/gate/contradiction.js';
import { decide } from '../../src/gate/decide.js';
import type { DecidedModel, Decision, Requirement } from '../../src/gate/decision.js';
import type { CertificateEvidence, GateModel, PropertyEvidence } from '../../src/gate/evidence.js';
import type { Property } from '../../src/spec/property.js';
import { accepted, BOX, DIGEST, proved } from './evidence.js';

const SOURCE = { file: 'p.yaml', line: 3 };
const ZERO: Property = { kind: 'non-misclassification', class: 0, competitors: [1] };

function certificate(changes: Partial<PropertyEvidence>, check: 'valid' | 'invalid'): CertificateEvidence {
  const rejection = { place: 'x', rule: 'lin', expected: '< 0', found: '1' };
  return accepted([proved(ZERO, changes)], { check, rejection: check === 'invalid' ? rejection : null });
}

function model(evidence: CertificateEvidence | null, count: number, advisory = false): GateModel {
  return {
    name: 'digits',
    file: 'model.onnx',
    sha256: DIGEST,
    classes: 2,
    specification: null,
    naps: { file: 'n.json', sha256: DIGEST, delta: '1' },
    arithmetic: 'real',
    domain: BOX,
    demands: [{ property: ZERO, source: SOURCE, advisory }],
    gaps: [],
    certificate: evidence,
    missing: '',
    recall: [
      {
        class: null,
        dataset: { name: 'd', selection: 'all', digest: DIGEST, samples: 100 },
        minimum: 0.9,
        measured: { count, of: 100, value: count / 100 },
        advisory: false,
        source: SOURCE,
        sharedWithMining: 0,
        unknownAccepted: false,
        miningDetail: '',
        mining: null,
      },
    ],
    redo: [],
  };
}

function decision(unknown: 'inconclusive' | 'fail', ...models: GateModel[]): Decision {
  return {
    format: 'napcert-gate/1',
    napcert: '0',
    policy: { file: 'p.yaml', sha256: DIGEST, name: 'p' },
    ...decide({ unknown, holes: [] }, models),
    interrupted: false,
    baseline: null,
    startedAt: '2026-01-02T03:04:05.000Z',
    verifiedAt: '2026-01-02T03:04:06.000Z',
  };
}

const PASSED = decision('inconclusive', model(certificate({}, 'valid'), 95));

function withModel(changes: Partial<DecidedModel>): Decision {
  return { ...PASSED, models: [{ ...PASSED.models[0]!, ...changes }] };
}
function withStatus(status: Requirement['status']): Decision {
  return withModel({ requirements: [{ ...PASSED.models[0]!.requirements[0]!, status }] });
}

describe('what the gate writes', () => {
  it('is never refused', () => {
    const evidence = fc.record({
      claimed: fc.constantFrom('holds', 'violated', 'unknown', 'vacuous'),
      check: fc.constantFrom('valid', 'incomplete', 'invalid'),
    }) as fc.Arbitrary<Partial<PropertyEvidence>>;
    const models = fc.array(
      fc
        .tuple(fc.option(evidence), fc.constantFrom('valid', 'invalid'), fc.integer({ min: 0, max: 100 }))
        .chain(([changes, check, count]) =>
          fc
            .boolean()
            .map((advisory) =>
              model(
                changes === null ? null : certificate(changes, check as 'valid' | 'invalid'),
                count,
                advisory,
              ),
            ),
        ),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(models, fc.constantFrom('inconclusive' as const, 'fail' as const), (list, unknown) => {
        expect(contradictionOf(decision(unknown, ...list))).toBeNull();
      }),
    );
  });
});

describe('what it cannot have written', () => {
  it.each<[string, Decision, string]>([
    ['no models', { ...PASSED, models: [] }, 'models'],
    ['nothing required', withModel({ requirements: [], recall: [] }), 'models'],
    ['a requirement violated, passed', withStatus('violated'), 'outcome'],
    ['a requirement unknown, passed', withStatus('unknown'), 'outcome'],
    ['a requirement missing, passed', withStatus('missing'), 'outcome'],
    ['a requirement rejected, passed', withStatus('rejected'), 'outcome'],
    ['met without a certificate', withModel({ certificate: null }), 'models.0.requirements.0.status'],
    [
      'met by a rejected certificate',
      withModel({ certificate: { ...PASSED.models[0]!.certificate!, check: 'invalid' } }),
      'models.0.requirements.0.status',
    ],
    [
      'a recall below its minimum, met',
      withModel({ recall: [{ ...PASSED.models[0]!.recall[0]!, minimum: 0.99 }] }),
      'models.0.recall.0.status',
    ],
    [
      'a share that is not the quotient of its counts',
      withModel({
        recall: [{ ...PASSED.models[0]!.recall[0]!, measured: { count: 10, of: 100, value: 0.95 } }],
      }),
      'models.0.recall.0.measured',
    ],
    ['another exit code', { ...PASSED, exitCode: 1 }, 'exitCode'],
    ['reasons although it passed', { ...PASSED, reasons: ['x'] }, 'reasons'],
    ['other counts', { ...PASSED, counts: { ...PASSED.counts, met: 5 } }, 'counts.met'],
    ['passed called failed', { ...PASSED, outcome: 'failed', exitCode: 1, reasons: ['x'] }, 'outcome'],
  ])('%s', (_, forged, place) => {
    expect(PASSED.outcome).toBe('passed');
    expect(contradictionOf(forged)?.place).toBe(place);
  });
});
