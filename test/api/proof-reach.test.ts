/** From which layer proofs argue, for proofs whose reach follows from how they are made (test/forged/base.ts). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explain } from '../../src/api/explain.js';
import { proofReaches } from '../../src/api/proof-reach/proof-reach.js';
import type { Certificate, Evidence } from '../../src/certificate/certificate.js';
import type { ProofStep } from '../../src/certificate/proof.js';
import { toPhases } from '../../src/nap/nap-literals.js';
import { type ClaimContext, compileProperty } from '../../src/obligation/compile.js';
import { reachLine, reachSentences } from '../../src/report/proof-reach.js';
import { describeProperty, propertyId } from '../../src/spec/property.js';
import { baseCertificate, evidenceOf, judge, MODEL, NETWORK, withProofFile } from '../forged/base.js';
import { type ReportFolder, reportFolder, wrongCertificate } from '../report/certificates.js';

const CLAIM = { network: NETWORK, modelSha256: MODEL.sha256 };

/** Place by obligation, of a certificate that the checker accepts. */
function reachOf(certificate: Certificate): Record<string, string> {
  expect(judge(JSON.stringify(certificate))).toMatchObject({ verdict: 'valid' });
  return Object.fromEntries(
    proofReaches(certificate, CLAIM, null).flatMap(({ from, layer, obligations }) =>
      obligations.map((id) => [id, layer === null ? from : `${from} ${layer}`]),
    ),
  );
}

function replaceProof(certificate: Certificate, id: string, steps: ProofStep[]): void {
  const evidence = evidenceOf(certificate, id);
  if (evidence.kind !== 'proof') throw new Error(`${id} is not proved`);
  evidence.proof = { kind: 'inline', steps };
}

const BALL = 'local-robustness/center/e0.125/1';
const STOPPED: ProofStep = { rule: 'lin', weights: [1], pass: [], stop: 't4' };

/** The base certificate and: y3 - y2 = -5 - (b0 - 1/4) <= -19/4, since b0 is a ReLU's output. */
function withClass2(steps: ProofStep[]): Certificate {
  const certificate = baseCertificate();
  const { predicate } = certificate;
  const property = { kind: 'non-misclassification' as const, class: 2, competitors: [3] };
  const context: ClaimContext = {
    ...CLAIM,
    domain: predicate.domain,
    naps: new Map(predicate.naps!.classes.map((entry) => [entry.class, toPhases(NETWORK, entry)])),
  };
  const { id, digest } = compileProperty(context, property)[0]!;
  const evidence: Evidence = { kind: 'proof', proof: { kind: 'inline', steps }, holes: 0, margin: 4.75 };
  predicate.obligations.push({ id, digest, verdict: 'unsat', engine: 'test', seconds: 0, evidence });
  predicate.properties.push({
    id: propertyId(property),
    property,
    claim: describeProperty(property),
    verdict: 'holds',
    witnesses: [{ class: 2, point: [0.875, 0.75], source: 'test' }],
    obligations: [id],
  });
  return certificate;
}

describe('reach of proofs', () => {
  it('is what the network makes it', () => {
    expect(reachOf(baseCertificate())).toEqual({
      // a0 + a1 = 2 x0 <= 2 only where x0 <= 1.
      'non-misclassification/0/1': 'input',
      'non-misclassification/0/2': 'input',
      // One pattern needs the neuron on, the other off.
      'non-ambiguity/0-1': 'literals',
      // -z0 + z1 + 2 z2 = -1 at every x.
      'non-ambiguity/1-2': 'every-input',
      [BALL]: 'input',
      // z0, z1 <= 0 gives w0 = -2, whatever z is otherwise.
      'non-misclassification/3/empty': 'layer t1',
    });
  });

  it('a proof that stops at a layer and takes bounds from before is told from one that does not', () => {
    const certificate = withClass2([STOPPED]);
    // Within the ball z0 <= 1 and z1 <= 1/2, so that b0 = 0: known at t4 only from the inputs.
    replaceProof(certificate, BALL, [STOPPED]);
    expect(reachOf(certificate)).toMatchObject({
      'non-misclassification/2/3': 'layer t3',
      [BALL]: 'bounded-layer t3',
    });
  });

  it('a lemma about earlier layers that the rest can do without changes nothing', () => {
    const lemma: ProofStep = { rule: 'lemma', tensor: 't1', index: 0, side: 'upper', pass: [] };
    expect(reachOf(withClass2([lemma, STOPPED]))['non-misclassification/2/3']).toBe('layer t3');
  });

  it('in float32 arithmetic no layer stands alone: how far it may be off follows from the inputs', () => {
    const certificate = withClass2([STOPPED]);
    certificate.predicate.arithmetic = 'float32';
    const single = { ...CLAIM, network: { ...NETWORK, elementType: 'float32' as const } };
    const reaches = proofReaches(certificate, single, null);
    expect(reaches.map(({ from }) => from)).not.toContain('layer');
    const bounded = reaches.find(({ layer }) => layer === 't3');
    expect(bounded?.from).toBe('bounded-layer');
    expect(bounded?.obligations).toContain('non-misclassification/2/3');
  });

  it('proofs on trust reach nowhere', () => {
    const certificate = baseCertificate();
    const evidence = evidenceOf(certificate, BALL);
    if (evidence.kind === 'proof') evidence.holes = 1;
    const told = proofReaches(certificate, CLAIM, null).flatMap(({ obligations }) => obligations);
    expect(told).toHaveLength(5);
    expect(told).not.toContain(BALL);
  });
});

describe('in words', () => {
  let files: ReportFolder;
  beforeAll(() => {
    files = reportFolder();
  });
  afterAll(() => files.remove());

  it('explain says it of accepted certificates alone, with proofs inside or in a file beside', async () => {
    const { certificate } = withProofFile();
    const inside = await explain({
      certificate: files.write('a.json', baseCertificate()),
      model: files.model,
    });
    expect(inside.reach.map(({ obligations }) => obligations.length)).toEqual([3, 1, 1, 1]);
    expect(reachSentences(inside.reach)).toContain(
      '1 of 6 proofs argues from layer "t1" on: what is proved holds for every input of that layer that meets the ' +
        'literals, whatever the layers before compute.',
    );
    const wrong = await explain({
      certificate: files.write('w.json', wrongCertificate()),
      model: files.model,
    });
    const bare = await explain({ certificate: files.write('b.json', certificate) });
    expect([wrong.verdict, wrong.reach, bare.verdict, bare.reach]).toEqual(['invalid', [], 'unchecked', []]);
  });

  it('one line for all, one sentence for each place', () => {
    const reaches = [
      { from: 'layer' as const, layer: 'h3', obligations: ['a', 'b'] },
      { from: 'input' as const, layer: null, obligations: ['c'] },
    ];
    expect(reachLine(reaches)).toBe(
      'Reach: 2 of 3 proofs argue from layer "h3" on; 1 uses the input domain, through all layers.',
    );
    expect(reachLine([])).toBeNull();
    expect(reachSentences(reaches)[1]).toMatch(/^1 of 3 proofs uses the input domain/);
  });
});
