/** Recall of NAPs: from NAP files (mining and held-out data) and from documents of `napcert coverage --json`. */
import { readNapFileWithDigest } from '../../nap/nap-file.js';
import type { NapFile } from '../../nap/nap-schema.js';
import { coverageSchema } from '../../report/documents/coverage.js';
import { type RecallPoint, type RecallSeries, recallOfCoverage } from '../../report/exhibit.js';
import { InputError } from '../../util/errors.js';
import { readAs } from '../../util/file-kind.js';
import { readRegularFile } from '../../util/read-regular-file.js';
import { parseStrictJson } from '../../util/strict-json.js';

const MAX_BYTES = 64 * 1024 * 1024;

/** @throws InputError for a file that is no NAP file */
export function recallOfNaps(path: string): RecallSeries[] {
  const { file, sha256 } = readNapFileWithDigest(path);
  const shared = { file: path, modelSha256: file.model.sha256, napsSha256: sha256, delta: file.delta };
  const series = (heldOut: boolean): RecallSeries[] => {
    const data = heldOut ? file.heldOut : file.dataset;
    const points = pointsOf(file, heldOut);
    if (data === null || points.length === 0) return [];
    return [{ ...shared, data: `${data.name} (${data.selection})`, heldOut, points }];
  };
  return [...series(false), ...series(true)];
}

function pointsOf({ classes }: NapFile, heldOut: boolean): RecallPoint[] {
  return classes.flatMap(({ class: label, statistics }) => {
    const found = heldOut ? statistics?.heldOut : statistics?.mining;
    return found === undefined || found === null ? [] : [{ class: label, ...found.recall }];
  });
}

/** @throws InputError for a file that is no document of `napcert coverage --json` */
export function recallOfCoverageFile(path: string): RecallSeries {
  const expected = 'what `napcert coverage --json` prints';
  const bytes = readRegularFile(path, { what: 'the coverage document', expected, maxBytes: MAX_BYTES });
  return readAs('coverage', path, bytes, () => coverageIn(bytes, path, expected));
}

function coverageIn(bytes: Buffer, path: string, expected: string): RecallSeries {
  const parsed = coverageSchema.safeParse(parseStrictJson(bytes.toString('utf8'), path));
  if (parsed.success) return recallOfCoverage(parsed.data);
  const issue = parsed.error.issues[0]!;
  throw new InputError('not a coverage document', {
    file: path,
    place: issue.path.map(String).join('.') || 'top level',
    expected,
    found: issue.message,
  });
}
