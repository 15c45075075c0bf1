/**
 * JUnit XML as CI servers read it: a suite per model and file, a case per finding. Refuted is a failure; rejected,
 * missing and unchecked are errors, since nothing was shown; what is open is skipped with its reason, or a failure where
 * a policy does not pass without it, and what a decision in a file states is skipped too. A recall that is met has
 * its numbers in `system-out`.
 */

import type { ReportDocument } from '../documents/report.js';
import { markup } from '../escape.js';
import type { ReportInput } from '../exhibit.js';
import { type Finding, findings, STATUS_WORDS } from './findings.js';
import { interruptedTexts } from './interrupted.js';

type Outcome = 'failure' | 'error' | 'skipped' | null;

export function junitReport(input: ReportInput): string {
  const all = findings(input);
  const suites = new Map<string, Finding[]>();
  for (const finding of all) {
    const name = `${finding.model} (${finding.file})`;
    const list = suites.get(name);
    if (list === undefined) suites.set(name, [finding]);
    else list.push(finding);
  }
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="napcert" ${totals(all)}>`,
    ...[...suites].map(([name, list]) => suite(name, list, input.document)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(name: string, list: readonly Finding[], document: ReportDocument): string {
  const { generatedAt } = document;
  const sha256 = list[0]!.modelSha256;
  const certificates = document.certificates.filter(({ model }) => model.sha256 === sha256);
  return [
    `  <testsuite name="${markup(name)}" timestamp="${markup(generatedAt)}" ${totals(list)}>`,
    '    <properties>',
    `      <property name="model.sha256" value="${markup(sha256)}"/>`,
    ...interruptedTexts({ certificates }).map(
      (text) => `      <property name="interrupted" value="${markup(text)}"/>`,
    ),
    '    </properties>',
    ...list.map(testCase),
    '  </testsuite>',
  ].join('\n');
}

function testCase(finding: Finding): string {
  const { name, model, file, line, seconds, status, why, claim } = finding;
  const open = `    <testcase name="${markup(name)}" classname="${markup(model)}" file="${markup(file)}" line="${line}" time="${time(seconds)}"`;
  const outcome = outcomeOf(finding);
  if (outcome === null) {
    const numbers = `<system-out>${markup(why)}</system-out>`;
    return status === 'met' ? `${open}>\n      ${numbers}\n    </testcase>` : `${open}/>`;
  }
  const type = outcome === 'skipped' ? '' : ` type="${status}"`;
  const message = status === 'stated' ? `${why}; ${STATUS_WORDS.stated}` : why;
  return `${open}>\n      <${outcome} message="${markup(message)}"${type}>${markup(claim)}</${outcome}>\n    </testcase>`;
}

function outcomeOf({ status, gravity, blocks }: Finding): Outcome {
  switch (status) {
    case 'holds':
    case 'met':
      return null;
    case 'stated':
      return 'skipped';
    case 'rejected':
    case 'unchecked':
    case 'missing':
      return gravity === 'error' ? 'error' : 'skipped';
    case 'violated':
    case 'too-low':
      return gravity === 'error' ? 'failure' : 'skipped';
    case 'unknown':
    case 'on-trust':
    case 'vacuous':
      return blocks ? 'failure' : 'skipped';
  }
}

function totals(list: readonly Finding[]): string {
  const count = (outcome: Outcome) => list.filter((finding) => outcomeOf(finding) === outcome).length;
  const seconds = list.reduce((sum, finding) => sum + finding.seconds, 0);
  return `tests="${list.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${time(seconds)}"`;
}

function time(seconds: number): string {
  return seconds.toFixed(3);
}
