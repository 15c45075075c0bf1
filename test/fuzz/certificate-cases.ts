/** Certificates and proof files, mutated, through reader and checker; a false claim may never be called valid. */
import { gzipSync } from 'node:zlib';
import type { Certificate } from '../../src/certificate/certificate.js';
import { readProofFile } from '../../src/certificate/proof-file.js';
import { parseCertificate } from '../../src/certificate/read-certificate.js';
import { type CheckedModel, checkCertificate } from '../../src/checker/check-certificate.js';
import { replayPoint } from '../../src/checker/exact/replay.js';
import type { CheckReport } from '../../src/checker/report.js';
import { toPhases } from '../../src/nap/nap-literals.js';
import { type ClaimContext, compileProperty } from '../../src/obligation/compile.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { witnessRegions } from '../../src/obligation/regions.js';
import type { Property } from '../../src/spec/property.js';
import { sha256 } from '../../src/util/digest.js';
import { InputError } from '../../src/util/errors.js';
import { baseCertificate, MODEL, SMALL_LIMITS, setDigest, withProofFile } from '../forged/base.js';
import { seeded } from '../helpers/random.js';
import { type Case, WrongResult } from './target.js';

const NAME = 'proofs.jsonl.gz';
const encode = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const decode = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

/** Cases about the hand-made network of test/forged, and about certificates that were made before. */
export function certificateCases(made: readonly { model: CheckedModel; text: string }[] = []): Case[] {
  const { certificate, sections } = withProofFile();
  const lines = sections.flatMap(([section, steps]) => [{ section, steps: steps.length }, ...steps]);
  const proofs = encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const withProofs = (compressed: Uint8Array): string => {
    setDigest(certificate, sha256(compressed));
    return judge(MODEL, certificate, compressed);
  };
  return [
    certificateCase('inline proofs', MODEL, baseCertificate()),
    { name: 'proof file', format: 'json-lines', seed: proofs, run: (input) => withProofs(gzipSync(input)) },
    {
      name: 'compressed proof file',
      format: 'bytes',
      seed: new Uint8Array(gzipSync(proofs)),
      run: withProofs,
    },
    ...made.map(({ model, text }, i) =>
      certificateCase(`made certificate ${i}`, model, parseCertificate(text, 'seed')),
    ),
  ];
}

function certificateCase(name: string, model: CheckedModel, original: Certificate): Case {
  const run = (input: Uint8Array): string => {
    const certificate = parseCertificate(decode(input), 'mutant.json');
    return judge(model, certificate, null, original);
  };
  if (run(encode(JSON.stringify(original))).startsWith('invalid')) throw new Error(`${name} is rejected`);
  return { name, format: 'json', seed: encode(JSON.stringify(original)), run };
}

function judge(
  model: CheckedModel,
  certificate: Certificate,
  proofs: Uint8Array | null,
  original: Certificate = certificate,
): string {
  const report: CheckReport = checkCertificate(certificate, model, null, (name, digest) => {
    if (proofs === null || name !== NAME)
      throw new InputError('cannot read the proof file', { file: NAME, found: 'none' });
    return readProofFile(proofs, digest, NAME, SMALL_LIMITS);
  });
  if (report.verdict === 'invalid') {
    const { rule, place } = report.rejection!;
    return `invalid ${rule} ${place.replace(/\d+/g, '0').slice(0, 60)}`;
  }
  if (report.verdict === 'incomplete') return 'incomplete';
  if (claimsOf(certificate) === claimsOf(original)) return 'valid, same claims';
  const wrong = wrongClaims(model, certificate);
  if (wrong !== null) throw new WrongResult(`called valid, but ${wrong}`);
  return 'valid, other claims that are true at all points tried';
}

/** What a certificate asserts, without names, times, evidence and settings. */
function claimsOf({ predicate }: Certificate): string {
  const used = new Set(
    predicate.properties.flatMap(({ property }) =>
      property.kind === 'non-ambiguity'
        ? property.classes
        : property.kind === 'scalar-invariance' || property.kind === 'cone' || property.kind === 'query'
          ? []
          : [property.class],
    ),
  );
  const naps = (predicate.naps?.classes ?? []).filter((nap) => used.has(nap.class));
  return JSON.stringify([
    predicate.model.sha256,
    predicate.arithmetic,
    predicate.semantics,
    predicate.domain,
    naps.map((nap) => [nap.class, nap.literals]).sort(),
    predicate.properties.map(({ property, verdict }) => JSON.stringify([property, verdict])).sort(),
  ]);
}

/** A claim that a point refutes, replayed exactly; null if no point tried does. */
function wrongClaims(model: CheckedModel, { predicate }: Certificate): string | null {
  const { network } = model;
  const classes = (predicate.naps?.classes ?? []).map(
    (entry) => [entry.class, toPhases(network, entry)] as const,
  );
  const context: ClaimContext = {
    network,
    modelSha256: model.sha256,
    domain: predicate.domain,
    naps: new Map(classes),
    arithmetic: predicate.arithmetic,
  };
  for (const result of predicate.properties) {
    const property = result.property as Property;
    if (result.verdict === 'vacuous') {
      const regions = witnessRegions(context, property);
      if (regions.every(({ region }) => pointIn(model, region) !== null))
        return `${result.id} is not vacuous`;
    } else if (result.verdict === 'holds') {
      for (const obligation of compileProperty(context, property)) {
        const point = pointIn(model, obligation);
        if (point !== null) return `${obligation.id} fails at ${point.join(', ')}`;
      }
    }
  }
  return null;
}

/** A point of the region as mined: a grid for two inputs, random points for more. */
function pointIn({ network }: CheckedModel, obligation: Obligation): Float64Array | null {
  const { lower, upper } = obligation.box;
  const random = seeded(lower.length);
  const tries = lower.length === 2 ? 17 * 17 : 150;
  for (let n = 0; n < tries; n++) {
    const point = lower.map((_, k) => {
      const [low, high] = [Math.max(lower[k]!, -8), Math.min(upper[k]!, 8)];
      const share = lower.length === 2 ? (k === 0 ? n % 17 : Math.floor(n / 17)) / 16 : random.next();
      return low + (high - low) * share;
    });
    const replay = replayPoint(network, obligation, point);
    if (replay.inRegion && replay.strict.followsStrictly) return point;
  }
  return null;
}
