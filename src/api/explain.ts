/** A certificate in plain words: what was shown, about which inputs, in which arithmetic, and what was not. */
import { dirname, resolve } from 'node:path';
import { proofFolder } from '../certificate/open-proof-file.js';
import type { ExplainDocument } from '../report/documents/explain.js';
import type { ReportedCertificate, ReportedProperty } from '../report/documents/report.js';
import { counted, short } from '../report/format.js';
import { notClaimed } from '../report/html/claims.js';
import { reCheckCommand } from '../report/re-check.js';
import { leastMargin } from '../report/reporters/findings.js';
import { inQuotes } from '../report/stated.js';
import { type Progress, silentProgress } from './progress.js';
import { proofReaches } from './proof-reach/proof-reach.js';
import { exhibitCertificate } from './report/certificate.js';
import { namedModels } from './report/find-model.js';
import { VERSION } from './version.js';

export interface ExplainOptions {
  readonly certificate: string;
  /** The ONNX file; without it, a file of its name beside the certificate. */
  readonly model?: string;
}

/**
 * Checks the certificate, if its model can be found, and says what follows. Nothing is called proved that the checker
 * did not accept.
 * @throws InputError for files that cannot be read
 */
export async function explain(
  options: ExplainOptions,
  progress: Progress = silentProgress,
): Promise<ExplainDocument> {
  const named = namedModels(options.model === undefined ? [] : [options.model]);
  const { reported, accepted } = await exhibitCertificate(options.certificate, named, progress);
  const { file, sha256, model, check, properties, semantics, holes } = reported;
  const of = (...statuses: readonly ReportedProperty['status'][]) =>
    properties.filter(({ status }) => statuses.includes(status));
  progress.step('asking how far the proofs reach');
  const reach =
    accepted === null
      ? []
      : proofReaches(
          accepted.certificate,
          { network: accepted.model.network, modelSha256: accepted.model.loaded.sha256 },
          proofFolder(dirname(resolve(options.certificate))),
        );
  return {
    format: 'napcert-explain/1',
    napcert: VERSION,
    certificate: { file, sha256 },
    model: { name: model.name, sha256: model.sha256, file: model.file },
    verdict: check.verdict,
    why: check.why,
    inputs: inputSentences(reported),
    reach,
    arithmetic: semantics.filter((sentence) => !isIdle(sentence, reported)),
    proved: [...of('holds').map(provedSentence), ...of('vacuous').map(vacuousSentence)],
    refuted: of('violated').map(({ claim, why }) => `Not true: ${claim} A ${why}.`),
    notShown: [
      ...(reported.interrupted ? [interruptedSentence(reported)] : []),
      ...of('unknown', 'on-trust', 'rejected', 'unchecked').map(notShownSentence),
    ],
    notClaimed: notClaimed(reported),
    trusted: [...holes],
    stated: statedSentences(reported),
    reCheck: reCheckCommand(reported),
  };
}

function provedSentence(property: ReportedProperty): string {
  const margin = leastMargin(property);
  if (margin === null) return property.claim;
  return `${property.claim} Its own logit leads by at least ${short(margin)}.`;
}

/** Every certificate of a kind has the same sentences; one is about an operator that a model at hand may not have. */
function isIdle(sentence: string, { model }: ReportedCertificate): boolean {
  const operator = 'BatchNormalization';
  if (!sentence.startsWith(operator) || model.file === null) return false;
  return !model.notes.some((note) => note.startsWith(operator));
}

/** Why nothing was checked is said once, for the certificate. */
function notShownSentence({ claim, claimed, status, why }: ReportedProperty): string {
  if (status === 'unchecked') return `${claim} Claimed: ${claimed}; not checked.`;
  return `${claim} ${status === 'unknown' ? 'Undecided' : `Claimed: ${claimed}; not shown`}: ${why}.`;
}

function interruptedSentence({ properties }: ReportedCertificate): string {
  const open = properties.filter(({ claimed }) => claimed === 'unknown').length;
  const left =
    open === 0
      ? 'after it had decided what it lists'
      : `and leaves ${open} of ${counted(properties.length, 'property', 'properties')} undecided`;
  return `The run that wrote it was interrupted, ${left}; it says nothing about any other property.`;
}

function vacuousSentence({ claim }: ReportedProperty): string {
  return `${claim} But no input of the domain follows the pattern at all, so this says nothing.`;
}

function inputSentences({ domain, naps, properties, model }: ReportedCertificate): string[] {
  const references = properties.filter(({ kind }) => kind === 'local-robustness').length;
  return [
    `The model is the one file with SHA-256 ${model.sha256}${model.file === null ? '' : `, here ${model.file}`}.`,
    `Inputs: ${domain}. All of them are meant, not only samples of some data.`,
    ...(naps === null
      ? []
      : [
          'Where a claim speaks of a NAP, it is about the inputs that follow it: those at which the listed neurons are on, or off, as the pattern says.',
        ]),
    ...(references > 0 ? [`${counted(references, 'claim')} about a neighbourhood of one point.`] : []),
  ];
}

/** Words that no check looks at; proofs and counterexamples do not rest on them. */
function statedSentences({
  model,
  dataset,
  verifier,
  verifiedAt,
  properties,
}: ReportedCertificate): string[] {
  const points = properties.some(({ kind }) => kind === 'local-robustness' || kind === 'cone');
  return [
    `The model is called ${inQuotes(model.name)}.`,
    ...model.notes.map((note) => `About the model: ${inQuotes(note)}.`),
    ...(dataset === null
      ? []
      : [`Samples of ${inQuotes(dataset.name)} were looked at for counterexamples; no proof rests on them.`]),
    ...(points
      ? ['Points have names in the claims. The names are labels; the digits behind them are of the numbers.']
      : []),
    `It was written by napcert ${inQuotes(verifier.version)} at ${inQuotes(verifiedAt)}.`,
  ];
}
