/**
 * SARIF 2.1.0 (OASIS). One result per finding: a proved one is kind `pass`, a refuted or rejected one `fail`, everything
 * undecided `open`, which consumers must not read as passed; `fail` with a warning where a policy does not pass without
 * it. Fingerprints depend on the claim and the model alone, so that a finding keeps its history from run to run.
 */
import { loggable, loggableJson } from '../../util/plain-text.js';
import type { ReportDocument } from '../documents/report.js';
import type { ReportInput } from '../exhibit.js';
import { type Finding, findings, worstFirst } from './findings.js';
import { interruptedTexts } from './interrupted.js';
import { fileUri } from './location.js';

/** More results of a run are refused by GitHub. */
const MAX_RESULTS = 25_000;

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const RULES: Readonly<Record<string, string>> = {
  'non-misclassification': 'No input that follows the NAP of a class gets another class.',
  'non-ambiguity': 'No input follows the NAPs of two classes.',
  'local-robustness': 'No input near a reference point gets another class.',
  'scalar-invariance': 'The class of an input is the same at every brightness.',
  cone: 'Every combination of the given points gets the class.',
  gate: 'The policy requires something of every model.',
  recall: 'Enough held-out samples follow the NAP of their class.',
};

export function sarifReport(input: ReportInput): string {
  const { document } = input;
  const all = findings(input);
  const shown = all.length > MAX_RESULTS ? worstFirst(all).slice(0, MAX_RESULTS) : all;
  const rules = [...new Set(all.map(({ rule }) => rule))].sort();
  const run = {
    tool: {
      driver: {
        name: 'napcert',
        version: document.napcert,
        rules: rules.map((rule) => ({ id: `nap/${rule}`, shortDescription: { text: RULES[rule] ?? rule } })),
      },
    },
    invocations: [invocation(document, all.length - shown.length)],
    artifacts: document.certificates.map(({ file, sha256 }) => ({
      location: { uri: fileUri(file) },
      hashes: { 'sha-256': sha256 },
    })),
    results: shown.map((finding) => result(finding, rules)),
    columnKind: 'utf16CodeUnits',
  };
  return `${loggableJson(JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2))}\n`;
}

function invocation(document: ReportDocument, left: number): object {
  const texts = document.certificates
    .filter(({ check }) => check.verdict !== 'valid')
    .map(({ file, check }) => ({
      level: check.verdict === 'incomplete' ? 'warning' : 'error',
      text: `${file}: ${check.why}`,
    }));
  for (const text of interruptedTexts(document)) texts.push({ level: 'warning', text });
  if (left > 0) texts.push({ level: 'warning', text: `${left} more properties are left out` });
  return {
    executionSuccessful: true,
    endTimeUtc: document.generatedAt,
    toolExecutionNotifications: texts.map(({ level, text }) => ({
      level,
      message: { text: plainMessage(text) },
    })),
  };
}

/** A level other than `none` is for failures only (section 3.27.10). */
function kindOf({ status, gravity, blocks }: Finding): { readonly kind: string; readonly level: string } {
  switch (status) {
    case 'holds':
    case 'met':
      return { kind: 'pass', level: 'none' };
    case 'rejected':
    case 'violated':
    case 'too-low':
      return { kind: 'fail', level: gravity === 'error' ? 'error' : 'warning' };
    case 'missing':
    case 'unchecked':
    case 'unknown':
    case 'on-trust':
    case 'vacuous':
    case 'stated':
      return blocks ? { kind: 'fail', level: 'warning' } : { kind: 'open', level: 'none' };
  }
}

function result(finding: Finding, rules: readonly string[]): object {
  return {
    ruleId: `nap/${finding.rule}`,
    ruleIndex: rules.indexOf(finding.rule),
    ...kindOf(finding),
    message: { text: plainMessage(`${finding.name} of ${finding.model}: ${finding.why}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: fileUri(finding.file) },
          region: { startLine: finding.line },
        },
        logicalLocations: [{ fullyQualifiedName: finding.name }],
      },
    ],
    partialFingerprints: {
      'napcertClaim/v1': finding.fingerprint,
      primaryLocationLineHash: `${finding.fingerprint.slice(0, 16)}:1`,
    },
    properties: {
      status: finding.status,
      claim: finding.claim,
      modelSha256: finding.modelSha256,
      seconds: finding.seconds,
      ...(finding.margin === null ? {} : { margin: finding.margin }),
    },
  };
}

/** No embedded links: brackets and backslashes are escaped (section 3.11.6). */
function plainMessage(text: string): string {
  return loggable(text).replace(/[\\[\]]/g, '\\$&');
}
