/** For every class whether A's region lies in B's and B's in A's: by literals, by a sample, or by the engine. */
import type { Dataset } from '../../dataset/dataset.js';
import { domainBox } from '../../obligation/compile.js';
import type { CompareDocument } from '../../report/documents/compare.js';
import { describeDomain } from '../../spec/property.js';
import { sha256 } from '../../util/digest.js';
import { InputError } from '../../util/errors.js';
import type { Progress } from '../progress.js';
import type { Side } from './compare.js';
import { type Inclusion, missingLiterals } from './inclusion-query.js';
import { decideInclusions, type InclusionOptions } from './prove-inclusion.js';

type ClassRow = CompareDocument['classes'][number];
type Inclusions = NonNullable<ClassRow['inclusions']>;

export interface Compared {
  readonly a: Side;
  readonly b: Side;
  readonly dataset: Dataset | null;
  readonly labels: readonly number[];
  readonly sameModel: boolean;
}

/** @throws InputError for two models: a proof is about the regions of one */
export async function inclusionsOf(
  compared: Compared,
  options: InclusionOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<{
  readonly summary: NonNullable<CompareDocument['inclusion']>;
  readonly byClass: ReadonlyMap<number, Inclusions>;
}> {
  const { a, b, labels, sameModel } = compared;
  if (!sameModel) {
    throw new InputError('inclusion is decided for the regions of one model', {
      place: '--prove-inclusion',
      expected: 'NAPs of one model',
      found: `${a.model.path} and ${b.model.path}`,
    });
  }
  const byClass = new Map<number, Inclusions>();
  const open: { readonly inclusion: Inclusion; readonly set: (row: Inclusions['aInB']) => void }[] = [];
  for (const label of labels) {
    if (!a.byClass.has(label) || !b.byClass.has(label)) continue;
    const row = { aInB: UNSETTLED, bInA: UNSETTLED };
    byClass.set(label, row);
    for (const [key, inner, outer] of [
      ['aInB', a, b],
      ['bInA', b, a],
    ] as const) {
      const phases = { inner: inner.byClass.get(label)!, outer: outer.byClass.get(label)! };
      const literals = missingLiterals(phases).length;
      const quick = literals === 0 ? BY_LITERALS : refutedBySample(compared, label, inner, outer, options);
      if (quick !== null) {
        row[key] = { ...quick, literals };
        continue;
      }
      const name = `class ${label}: ${key === 'aInB' ? 'A in B' : 'B in A'}`;
      const set = (result: Inclusions['aInB']) => {
        row[key] = { ...result, literals };
      };
      open.push({ inclusion: { name, ...phases }, set });
    }
  }
  const { decided, text } = await decideInclusions(
    a.model,
    open.map(({ inclusion }) => inclusion),
    options,
    progress,
    signal,
  );
  open.forEach(({ set }, i) => {
    set({ ...decided[i]!, by: 'engine', literals: 0 });
  });
  const { domain, timeoutSeconds, output } = options;
  const certificate = text === null ? null : { file: output!, sha256: sha256(text) };
  return { summary: { domain: describeDomain(domain), timeoutSeconds, certificate }, byClass };
}

const UNSETTLED: Inclusions['aInB'] = { verdict: 'unknown', by: 'engine', literals: 0, why: 'not reached' };
const BY_LITERALS = { verdict: 'proved', by: 'literals', why: null } as const;

/** A sample of the domain that follows the one NAP and not the other; signs of samples are exact. */
function refutedBySample(
  { dataset }: Compared,
  label: number,
  inner: Side,
  outer: Side,
  { domain }: InclusionOptions,
): Pick<Inclusions['aInB'], 'verdict' | 'by' | 'why'> | null {
  if (dataset === null || domain.kind === 'orthant') return null;
  const [inside, around] = [inner.follows.get(label)!, outer.follows.get(label)!];
  const { lower, upper } = domainBox(domain, dataset.featureSize);
  const sample = inside.findIndex(
    (follows, i) =>
      follows === 1 &&
      around[i] === 0 &&
      dataset.gather([i]).every((value, k) => value >= lower[k]! && value <= upper[k]!),
  );
  return sample < 0 ? null : { verdict: 'refuted', by: 'sample', why: `${dataset.name}#${sample}` };
}
