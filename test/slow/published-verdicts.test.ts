/**
 * Queries of VNN-COMP that are decided within seconds each: the verdict is the one that other tools published, and the
 * exact checker accepts the certificate. Skipped without ../shared, which holds the models and queries; the whole sets
 * are in test/bench/vnncomp.ts.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type OpenedModel, openModel } from '../../src/api/open-model.js';
import { silentProgress } from '../../src/api/progress.js';
import { openQuery } from '../../src/api/vnnlib/open-query.js';
import { decideQueryFile } from '../../src/api/vnnlib/verify-query.js';
import { formatCertificate, parseCertificate } from '../../src/certificate/read-certificate.js';
import { checkCertificate } from '../../src/checker/check-certificate.js';

const DATA = join(fileURLToPath(new URL('../..', import.meta.url)), '..', 'shared', 'data');
const hasData = existsSync(join(DATA, 'mnistfc')) && existsSync(join(DATA, 'acasxu'));
/** Far above what any of them takes. */
const TIMEOUT_SECONDS = 120;

/** Network and radius, then the numbers of the properties. */
const MNISTFC = [
  ['256x2', '0.03', [0, 2, 4]],
  ['256x2', '0.05', [0, 1, 2, 3, 4]],
  ['256x4', '0.03', [2]],
  ['256x4', '0.05', [1, 2, 3]],
  ['256x6', '0.03', [2]],
  ['256x6', '0.05', [1, 3]],
] as const;
/** Marabou's answers for the network 2_1. */
const ACASXU = { 1: 'unsat', 2: 'sat' } as const;

interface Instance {
  readonly name: string;
  readonly model: string;
  readonly query: string;
  readonly published: string;
}

function instances(): readonly Instance[] {
  const lines = readFileSync(join(DATA, 'mnistfc', 'published-verdicts.csv'), 'utf8').split('\n');
  const published = new Map(
    lines.map((line) => {
      const [net, prop, eps, consensus] = line.split(',');
      return [`${net}/${prop}/${eps}`, consensus];
    }),
  );
  return [
    ...MNISTFC.flatMap(([net, eps, properties]) =>
      properties.map((prop) => ({
        name: `mnistfc/${net}/${prop}/${eps}`,
        model: join(DATA, 'mnistfc', `mnist-net_${net}.onnx`),
        query: join(DATA, 'mnistfc', `prop_${prop}_${eps}.vnnlib`),
        published: published.get(`${net}/${prop}/${eps}`) ?? 'missing',
      })),
    ),
    ...Object.entries(ACASXU).map(([prop, answer]) => ({
      name: `acasxu/2_1/${prop}`,
      model: join(DATA, 'acasxu', 'ACASXU_run2a_2_1_batch_2000.onnx'),
      query: join(DATA, 'acasxu', `prop_${prop}.vnnlib`),
      published: answer,
    })),
  ];
}

describe.skipIf(!hasData)('published verdicts (skipped without ../shared/data)', () => {
  const opened = new Map<string, Promise<OpenedModel>>();

  it.each(hasData ? instances() : [])('$name is $published', async ({ model: path, query, published }) => {
    const reading = opened.get(path) ?? openModel(path);
    opened.set(path, reading);
    const model = await reading;
    const { verdict, certificate } = await decideQueryFile(
      await openQuery(query),
      model,
      TIMEOUT_SECONDS,
      silentProgress,
    );
    expect(['sat', 'unsat']).toContain(published);
    expect(verdict).toBe(published);
    const read = parseCertificate(formatCertificate(certificate), 'published');
    const report = checkCertificate(read, { network: model.network, sha256: model.loaded.sha256 }, null);
    expect(report).toMatchObject({ rejection: null, verdict: 'valid' });
  });
});
