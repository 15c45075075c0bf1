/** Reporters by name. Each turns the same input into the text of one file; none reads or writes anything. */
import type { ReportInput } from '../exhibit.js';
import { htmlReport } from '../html/page.js';
import { githubReport } from './github.js';
import { gitlabReport } from './gitlab.js';
import { jsonlReport, jsonReport } from './json.js';
import { junitReport } from './junit.js';
import type { ReporterName } from './names.js';
import { sarifReport } from './sarif.js';
import { summaryReport } from './summary.js';

export type Reporter = (input: ReportInput) => string;

export const REPORTERS: Readonly<Record<ReporterName, Reporter>> = {
  html: htmlReport,
  json: jsonReport,
  jsonl: jsonlReport,
  sarif: sarifReport,
  junit: junitReport,
  github: githubReport,
  summary: summaryReport,
  gitlab: gitlabReport,
};
