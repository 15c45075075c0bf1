/**
 * Queries of VNN-COMP: local robustness of three mnistfc classifiers, and properties 1 to 4 of three ACAS Xu networks.
 * Needs ../shared. `npx tsx test/bench/vnncomp.ts [--set mnistfc,acasxu] [--only 256x2/0/0.05,...] [--timeout 60] [--json FILE]`
 *
 * Prints one JSON line per query: verdict, seconds to decide (wall, and of this process's processors), seconds to check
 * the certificate, size of the proof. Then a table against what other tools said; exit code 1 where a verdict contradicts
 * them or the check does not accept it.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type OpenedModel, openModel } from '../../src/api/open-model.js';
import { silentProgress } from '../../src/api/progress.js';
import { openQuery } from '../../src/api/vnnlib/open-query.js';
import { decideQueryFile } from '../../src/api/vnnlib/verify-query.js';
import { formatCertificate, parseCertificate } from '../../src/certificate/read-certificate.js';
import { checkCertificate } from '../../src/checker/check-certificate.js';
import { renderTable } from './bench-table.js';
import { rounded } from './prove-and-check.js';

const DATA = join(fileURLToPath(new URL('../..', import.meta.url)), '..', 'shared', 'data');

interface Instance {
  readonly name: string;
  readonly model: string;
  readonly query: string;
  /** What other tools said; `open` if nobody decided. */
  readonly published: 'sat' | 'unsat' | 'open';
}

interface Row {
  readonly name: string;
  readonly published: string;
  readonly verdict: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly checkSeconds: number;
  readonly check: string;
  readonly proofBytes: number;
  readonly open: number;
}

/** Marabou's answers where it has one (the other queries: `open`). */
const ACASXU = { '1_1': 'uooo', '2_1': 'usuu', '3_3': 'uouu' } as const;
const WORDS = { u: 'unsat', s: 'sat', o: 'open' } as const;

function mnistfc(): Instance[] {
  return readFileSync(join(DATA, 'mnistfc', 'published-verdicts.csv'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('net,'))
    .map((line) => {
      const [net, prop, eps, consensus] = line.split(',');
      return {
        name: `${net}/${prop}/${eps}`,
        model: join(DATA, 'mnistfc', `mnist-net_${net}.onnx`),
        query: join(DATA, 'mnistfc', `prop_${prop}_${eps}.vnnlib`),
        published: consensus as Instance['published'],
      };
    });
}

function acasxu(): Instance[] {
  return Object.entries(ACASXU).flatMap(([net, answers]) =>
    [...answers].map((answer, k) => ({
      name: `acasxu/${net}/${k + 1}`,
      model: join(DATA, 'acasxu', `ACASXU_run2a_${net}_batch_2000.onnx`),
      query: join(DATA, 'acasxu', `prop_${k + 1}.vnnlib`),
      published: WORDS[answer as keyof typeof WORDS],
    })),
  );
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function decided(instance: Instance, model: OpenedModel, timeoutSeconds: number): Promise<Row> {
  const before = processorSeconds();
  const { verdict, certificate, seconds } = await decideQueryFile(
    await openQuery(instance.query),
    model,
    timeoutSeconds,
    silentProgress,
  );
  const cpuSeconds = processorSeconds() - before;
  const text = formatCertificate(certificate);
  const began = performance.now();
  const checked = { network: model.network, sha256: model.loaded.sha256 };
  const report = checkCertificate(parseCertificate(text, 'bench'), checked, null);
  const { obligations } = certificate.predicate;
  return {
    name: instance.name,
    published: instance.published,
    verdict,
    seconds,
    cpuSeconds: rounded(cpuSeconds),
    checkSeconds: rounded((performance.now() - began) / 1000),
    check: report.rejection === null ? report.verdict : `rejected: ${JSON.stringify(report.rejection)}`,
    proofBytes: obligations.reduce((sum, { evidence }) => sum + JSON.stringify(evidence).length, 0),
    open: obligations.filter((result) => result.verdict === 'unknown').length,
  };
}

/** A contradiction, or a verdict that does not stand; null if all is well. */
function fault({ name, published, verdict, check }: Row): string | null {
  if (verdict !== 'sat' && verdict !== 'unsat') return null;
  if (check !== 'valid') return `${name}: ${verdict}, but the check says ${check}`;
  if (published !== 'open' && published !== verdict)
    return `${name}: ${verdict}, but other tools say ${published}`;
  return null;
}

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'mnistfc,acasxu' },
    only: { type: 'string' },
    timeout: { type: 'string', default: '60' },
    json: { type: 'string' },
  },
});
if (!existsSync(join(DATA, 'mnistfc'))) {
  process.stderr.write('vnncomp: ../shared is not there, nothing to run\n');
  process.exit(0);
}
const sets = values.set.split(',');
const only = values.only?.split(',');
const instances = [
  ...(sets.includes('mnistfc') ? mnistfc() : []),
  ...(sets.includes('acasxu') ? acasxu() : []),
].filter(({ name }) => only === undefined || only.some((wanted) => name.includes(wanted)));
const rows: Row[] = [];
const models = new Map<string, OpenedModel>();
for (const instance of instances) {
  const model = models.get(instance.model) ?? (await openModel(instance.model));
  models.set(instance.model, model);
  const row = await decided(instance, model, Number(values.timeout));
  rows.push(row);
  process.stdout.write(`${JSON.stringify(row)}\n`);
  if (values.json !== undefined) appendFileSync(values.json, `${JSON.stringify(row)}\n`);
}
process.stdout.write(renderTable(rows.map(({ check, ...row }) => ({ ...row, check: check.slice(0, 8) }))));
const count = rows.filter(({ verdict }) => verdict === 'sat' || verdict === 'unsat').length;
process.stdout.write(`${count} of ${rows.length} decided\n`);
const faults = rows.map(fault).filter((line) => line !== null);
for (const line of faults) process.stderr.write(`${line}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
