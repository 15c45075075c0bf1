/** A file is only taken for an earlier report, and removed, if it is one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatCertificate } from '../../src/certificate/read-certificate.js';
import type { ReportInput } from '../../src/report/exhibit.js';
import { REPORTERS } from '../../src/report/reporters/index.js';
import { REPORTER_NAMES } from '../../src/report/reporters/names.js';
import { isReport } from '../../src/report/reporters/recognise.js';
import { MODEL_BYTES } from '../forged/base.js';
import { type ReportFolder, reportFolder, trustingCertificate, validCertificate } from './certificates.js';

const HEAD = 64 * 1024;
let files: ReportFolder;
let inputs: ReportInput[];
beforeAll(async () => {
  files = reportFolder();
  const valid = files.write('valid.cert.json', validCertificate());
  const trusting = files.write('trusting.cert.json', trustingCertificate());
  inputs = [await files.collect([valid]), await files.collect([trusting, valid])];
});
afterAll(() => files.remove());

describe.each(REPORTER_NAMES)('%s', (format) => {
  it('knows its reports by their beginning', () => {
    for (const input of inputs) expect(isReport(format, REPORTERS[format](input).slice(0, HEAD))).toBe(true);
  });

  it('knows no other file as one', () => {
    const others = [
      '',
      '{}',
      '[1, 2]',
      'x0,x1,label\n1,0,0\n',
      'napcert-policy: 1\nmodels: []\n',
      '-----BEGIN PRIVATE KEY-----\n',
      '<!DOCTYPE html>\n<title>mine</title>\n',
      '<?xml version="1.0"?>\n<testsuites name="mine" tests="1"/>\n',
      '{"$schema": "https://example.org/sarif-schema-2.1.0.json", "version": "2.1.0", "runs": []}',
      '## Notes\n',
      Buffer.from(MODEL_BYTES).toString('utf8'),
      formatCertificate(validCertificate()),
    ];
    for (const text of others) expect(isReport(format, text.slice(0, HEAD))).toBe(false);
  });
});

it('an empty list of GitLab says that nothing is open', () => {
  expect(isReport('gitlab', '[]\n')).toBe(true);
});
