/**
 * A valid certificate about a hand-made network, with every kind of claim and every proof rule but `hole`.
 *
 * Inputs x0, x1 in [-1, 1]; z = (x0 + x1, x0 - x1, x1 - 1/2), a = relu(z), w = (a0 + a1 - 2, a2), b = relu(w),
 * y = (1 - b0, b1, b0 - 1/4, -5).
 *
 * NAP 0 (z0, z1, w1 active): a0 + a1 = 2 x0 <= 2, so b0 = 0 and y1 - y0 = b1 - 1 <= -1/2, y2 - y0 = -5/4.
 * NAP 1 (z0 inactive, z2 active) needs x0 <= -x1 <= -1/2, NAP 2 (z1, z2 active) x0 >= x1 >= 1/2.
 * NAP 3 (z0, z1 inactive, w0 active) is empty: a0 = a1 = 0 gives w0 = -2.
 */
import type { Certificate, Evidence } from '../../src/certificate/certificate.js';
import { PREDICATE_TYPE, SEMANTICS, STATEMENT_TYPE } from '../../src/certificate/certificate.js';
import type { Proof, ProofStep } from '../../src/certificate/proof.js';
import { proofFileWriter, readProofFile } from '../../src/certificate/proof-file.js';
import { parseCertificate } from '../../src/certificate/read-certificate.js';
import { checkCertificate } from '../../src/checker/check-certificate.js';
import type { CheckReport } from '../../src/checker/report.js';
import { toPhases } from '../../src/nap/nap-literals.js';
import { type ClaimContext, compileProperty, regionDigest } from '../../src/obligation/compile.js';
import { witnessRegions } from '../../src/obligation/regions.js';
import { describeProperty, type Property, propertyId } from '../../src/spec/property.js';
import { sha256 } from '../../src/util/digest.js';
import { InputError } from '../../src/util/errors.js';
import { MODEL, NETWORK } from './model.js';

export { MODEL, MODEL_BYTES, NETWORK } from './model.js';

type Literals = { tensor: string; active: number[]; inactive: number[] }[];

const NAPS: { class: number; literals: Literals }[] = [
  {
    class: 0,
    literals: [
      { tensor: 't1', active: [0, 1], inactive: [] },
      { tensor: 't3', active: [1], inactive: [] },
    ],
  },
  { class: 1, literals: [{ tensor: 't1', active: [2], inactive: [0] }] },
  { class: 2, literals: [{ tensor: 't1', active: [1, 2], inactive: [] }] },
  {
    class: 3,
    literals: [
      { tensor: 't1', active: [], inactive: [0, 1] },
      { tensor: 't3', active: [0], inactive: [] },
    ],
  },
];
const CORE: Literals[] = [[{ tensor: 't1', active: [0, 1], inactive: [] }]];

const CLAIM: ClaimContext = {
  network: NETWORK,
  modelSha256: MODEL.sha256,
  domain: { kind: 'box', lower: -1, upper: 1 },
  naps: new Map(NAPS.map((entry) => [entry.class, toPhases(NETWORK, entry)])),
};

export const LEMMA: ProofStep = { rule: 'lemma', tensor: 't3', index: 0, side: 'upper', pass: [] };
const LIN: ProofStep = { rule: 'lin', weights: [1], pass: [] };

/** w0 <= 0 makes b0 = 0: y1 - y0 = b1 - 1 <= 1/2 - 1. */
const AGAINST_1: ProofStep[] = [{ rule: 'shared', id: 'class-0' }, LIN];
/** y2 - y0 = 2 b0 - 5/4, on both sides of a split that is not needed. */
const AGAINST_2: ProofStep[] = [
  { rule: 'shared', id: 'class-0' },
  { rule: 'split', tensor: 't1', index: 2, at: 0 },
  LIN,
  { ...LIN, stop: 't2' },
];
/** With z0 <= 0, z1 >= 0, z2 >= 0: 0 <= -z0 + z1 + 2 z2 = -1. */
const DISJOINT: ProofStep[] = [
  { rule: 'lin', weights: [], pass: [{ layer: 't2', index: [0, 1, 2], value: [-1, 1, 2] }] },
];

const PROPERTIES: Property[] = [
  { kind: 'non-misclassification', class: 0, competitors: [1, 2] },
  { kind: 'non-ambiguity', classes: [0, 1] },
  { kind: 'non-ambiguity', classes: [1, 2] },
  {
    kind: 'local-robustness',
    class: 0,
    competitors: [1],
    referenceName: 'center',
    reference: [0.5, 0.25],
    epsilon: 0.125,
    nap: false,
  },
  { kind: 'non-misclassification', class: 1, competitors: [0] },
  { kind: 'non-misclassification', class: 3, competitors: [0] },
];

const POINTS = new Map<number | null, number[]>([
  [0, [0.875, 0.75]],
  [1, [-0.875, 0.75]],
  [2, [0.875, 0.75]],
  [null, [0.5, 0.25]],
]);

function proof(steps: ProofStep[], margin: number | null, core?: Literals[]): Evidence {
  return {
    kind: 'proof',
    proof: { kind: 'inline', steps },
    holes: 0,
    margin,
    ...(core === undefined ? {} : { core }),
  };
}

const EVIDENCE: Record<string, Evidence> = {
  'non-misclassification/0/1': proof(AGAINST_1, 0.4375, CORE),
  'non-misclassification/0/2': proof(AGAINST_2, 1.125, CORE),
  'non-ambiguity/0-1': proof([{ rule: 'contradiction', tensor: 't1', index: 0 }], null),
  'non-ambiguity/1-2': proof(DISJOINT, null),
  'local-robustness/center/e0.125/1': proof([LIN], 0.5),
  'non-misclassification/1/0': {
    kind: 'counterexample',
    replay: {
      point: [-0.875, 0.75],
      exactLogits: ['1', '0.25', '-0.25', '-5'],
      runtimeLogits: null,
      source: 'test',
    },
  },
  'non-misclassification/3/empty': proof([{ rule: 'bound', tensor: 't3', index: 0 }], null),
};

const VERDICTS = ['holds', 'holds', 'holds', 'holds', 'violated', 'vacuous'] as const;

function regionOfClass0(): string {
  const phases = toPhases(NETWORK, { class: 0, literals: CORE[0]! });
  const [obligation] = compileProperty(CLAIM, PROPERTIES[0]!);
  return regionDigest(CLAIM, { box: obligation!.box, naps: [phases], outputs: [] });
}

function buildCertificate(): Certificate {
  const obligations: Certificate['predicate']['obligations'] = [];
  const properties = PROPERTIES.map((property, i) => {
    const verdict = VERDICTS[i]!;
    const regions = witnessRegions(CLAIM, property);
    const own =
      verdict === 'vacuous' ? regions.map(({ region }) => region) : compileProperty(CLAIM, property);
    for (const { id, digest } of own) {
      const evidence = EVIDENCE[id]!;
      const proved = evidence.kind === 'proof' ? 'unsat' : 'sat';
      obligations.push({ id, digest, verdict: proved, engine: 'test', seconds: 0, evidence });
    }
    const witnesses =
      verdict === 'vacuous'
        ? []
        : regions.map(({ class: label }) => ({ class: label, point: POINTS.get(label)!, source: 'test' }));
    return {
      id: propertyId(property),
      property: property as Certificate['predicate']['properties'][number]['property'],
      claim: describeProperty(property),
      verdict,
      witnesses,
      obligations: own.map(({ id }) => id),
    };
  });
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: 'tiny.onnx', digest: { sha256: MODEL.sha256 } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      format: 'napcert/certificate/v1',
      verifier: { name: 'napcert', version: '0', components: {} },
      arithmetic: 'real',
      semantics: [...SEMANTICS],
      model: { name: 'tiny.onnx', sha256: MODEL.sha256, notes: [], lint: [] },
      domain: { kind: 'box', lower: -1, upper: 1 },
      naps: { sha256: sha256('naps'), classes: NAPS },
      dataset: null,
      properties,
      obligations,
      shared: { 'class-0': { region: regionOfClass0(), proof: { kind: 'inline', steps: [LEMMA] } } },
      holes: [],
      limits: { timeoutSeconds: 1, engine: 'test', solver: 'none', seed: 0 },
      interrupted: false,
      startedAt: '2026-01-01T00:00:00Z',
      verifiedAt: '2026-01-01T00:00:01Z',
    },
  };
}

const TEXT = JSON.stringify(buildCertificate());

/** A fresh copy that a test may change. */
export function baseCertificate(): Certificate {
  return JSON.parse(TEXT) as Certificate;
}

export type Files = Record<string, Uint8Array>;

/** Text to verdict, as `check` does it; what is refused before checking comes back as the InputError. */
export function judge(text: string, files: Files = {}): CheckReport | InputError {
  try {
    const certificate = parseCertificate(text, 'forged.json');
    return checkCertificate(certificate, MODEL, null, (name, digest) => {
      const bytes = files[name];
      if (bytes === undefined)
        throw new InputError('cannot read the proof file', { file: name, found: 'none' });
      return readProofFile(bytes, digest, name, SMALL_LIMITS);
    });
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

export const SMALL_LIMITS = { maxCompressedBytes: 100_000, maxBytes: 1_000_000, maxLineBytes: 100_000 };

export function evidenceOf(certificate: Certificate, id: string): Evidence {
  return certificate.predicate.obligations.find((obligation) => obligation.id === id)!.evidence;
}

/** The steps of an inline proof, for changing. */
export function stepsOf(certificate: Certificate, id: string): ProofStep[] {
  const evidence = evidenceOf(certificate, id);
  if (evidence.kind !== 'proof' || evidence.proof.kind !== 'inline')
    throw new Error(`${id} has no inline proof`);
  return evidence.proof.steps;
}

/** The base certificate with all inline proofs moved to one proof file. */
export function withProofFile(): {
  certificate: Certificate;
  bytes: Uint8Array;
  sections: [string, ProofStep[]][];
} {
  const certificate = baseCertificate();
  const sections: [string, ProofStep[]][] = [];
  const move = (holder: { proof: Proof }, section: string): void => {
    if (holder.proof.kind !== 'inline') return;
    sections.push([section, holder.proof.steps]);
    holder.proof = { kind: 'file', file: 'proofs.jsonl.gz', sha256: '', section };
  };
  for (const [id, list] of Object.entries(certificate.predicate.shared ?? {})) move(list, `shared ${id}`);
  for (const { id, evidence } of certificate.predicate.obligations)
    if (evidence.kind === 'proof') move(evidence, id);
  const writer = proofFileWriter();
  for (const [id, steps] of sections) writer.section(id, steps);
  const { bytes, sha256: digest } = writer.finish();
  setDigest(certificate, digest);
  return { certificate, bytes, sections };
}

/** Names another digest for every proof file. */
export function setDigest(certificate: Certificate, digest: string): void {
  const { shared, obligations } = certificate.predicate;
  const proofs = [
    ...Object.values(shared ?? {}).map((list) => list.proof),
    ...obligations.flatMap(({ evidence }) => (evidence.kind === 'proof' ? [evidence.proof] : [])),
  ];
  for (const item of proofs) if (item.kind === 'file') item.sha256 = digest;
}
