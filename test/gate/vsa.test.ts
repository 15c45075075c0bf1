/** Statements field by field, and their subjects beside those of OpenSSF Model Signing. */
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../src/gate/decision.js';
import { policyInputs, verificationSummary } from '../../src/gate/vsa.js';
import { canonicalJson } from '../../src/util/canonical-json.js';
import { sha256 } from '../../src/util/digest.js';

const MODEL = Buffer.from('the bytes of an ONNX file');
const model = (name: string, file: string, bytes: Uint8Array = MODEL): Decision['models'][number] => ({
  name,
  file,
  sha256: sha256(bytes),
  specification: null,
  naps: null,
  arithmetic: 'real',
  domain: 'every input number in [0, 1]',
  certificate: {
    file: `out/${name}.cert.json`,
    sha256: sha256(name),
    origin: 'proved',
    check: 'valid',
    signature: 'not-asked',
    rejection: null,
  },
  requirements: [],
  recall: [],
  redo: [],
});
const decision = (outcome: Decision['outcome'], ...models: Decision['models']): Decision => ({
  format: 'napcert-gate/1',
  napcert: '1.2.3',
  policy: { file: 'ci/release policy.yaml', sha256: sha256('policy'), name: 'digits' },
  outcome,
  exitCode: ({ passed: 0, failed: 1, inconclusive: 3, rejected: 4 } as const)[outcome],
  reasons: [],
  counts: {
    met: 0,
    violated: 0,
    unknown: 0,
    vacuous: 0,
    hole: 0,
    missing: 0,
    rejected: 0,
    'too-low': 0,
    'not-held-out': 0,
  },
  interrupted: false,
  models,
  baseline: null,
  startedAt: '2026-01-02T03:04:05.000Z',
  verifiedAt: '2026-01-02T03:04:06.000Z',
});

describe('the verification summary', () => {
  it('has every required field of a SLSA VSA v1 in an in-toto Statement v1', () => {
    const summary = verificationSummary(
      decision('passed', model('a', 'models/a.onnx')),
      'https://example.org/a',
    );
    expect(summary).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'a.onnx', digest: { sha256: sha256(MODEL) } }],
      predicateType: 'https://slsa.dev/verification_summary/v1',
      predicate: {
        verifier: { id: 'https://napcert.dev/gate', version: { napcert: '1.2.3' } },
        timeVerified: '2026-01-02T03:04:06.000Z',
        resourceUri: 'https://example.org/a',
        policy: {
          uri: 'file:release%20policy.yaml',
          digest: {
            sha256: sha256('policy'),
            napcertInputs: sha256(
              canonicalJson(policyInputs(decision('passed', model('a', 'models/a.onnx')))),
            ),
          },
        },
        inputAttestations: [{ uri: 'file:a.cert.json', digest: { sha256: sha256('a') } }],
        verificationResult: 'PASSED',
        verifiedLevels: ['NAPCERT_GATE_REAL'],
      },
    });
    for (const uri of [summary.predicateType, summary.predicate.policy.uri, summary.predicate.resourceUri]) {
      expect(URL.canParse(uri)).toBe(true);
    }
    // Custom levels must not begin with SLSA_.
    expect(summary.predicate.verifiedLevels.some((level) => level.startsWith('SLSA_'))).toBe(false);
  });

  it.each(['failed', 'inconclusive', 'rejected'] as const)('is FAILED for %s', (outcome) => {
    const { predicate } = verificationSummary(decision(outcome, model('a', 'a.onnx')), null);
    expect(predicate).toMatchObject({ verificationResult: 'FAILED', verifiedLevels: ['FAILED'] });
    expect(URL.canParse(predicate.resourceUri)).toBe(true);
  });

  it('has each model once, under a name of its own', () => {
    const models = [
      model('a', 'x/m.onnx'),
      model('b', 'x/m.onnx'),
      model('c', 'y/m.onnx', Buffer.from('other')),
    ];
    expect(verificationSummary(decision('passed', ...models), null).subject).toEqual([
      { name: 'm.onnx', digest: { sha256: sha256(MODEL) } },
      { name: 'c', digest: { sha256: sha256('other') } },
    ]);
  });
});

describe('OpenSSF Model Signing', () => {
  it('shares subjects by SHA-256: the entry of the ONNX file in its manifest is the subject here', () => {
    // The layout of model_signing: an in-toto statement with one subject per file of the model's folder.
    const manifest = {
      _type: 'https://in-toto.io/Statement/v1',
      subject: [
        {
          name: 'README.md',
          digest: { sha256: sha256('readme') },
          annotations: { actual_hash_algorithm: 'file-sha256' },
        },
        {
          name: 'm.onnx',
          digest: { sha256: sha256(MODEL) },
          annotations: { actual_hash_algorithm: 'file-sha256' },
        },
      ],
      predicateType: 'https://model_signing/Digests/v0.1',
      predicate: { unused: 'Unused, just passed due to API requirements' },
    };
    const [subject] = verificationSummary(decision('passed', model('a', 'dist/m.onnx')), null).subject;
    const signed = manifest.subject.filter(({ digest }) => digest.sha256 === subject!.digest.sha256);
    expect(signed.map(({ name }) => name)).toEqual(['m.onnx']);
  });
});
