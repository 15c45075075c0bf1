/**
 * Learned NAPs of the published MNIST networks: one JSON line per class, then one for all.
 *
 *   npx tsx test/bench/learn.ts 256x4 [SECONDS] [JOBS]
 *
 * Needs ../shared/data. Files go to out/. Threads run the built program: `npm run build` first.
 */
import { readFileSync, statSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { check } from '../../src/api/check.js';
import { learn } from '../../src/api/learn/learn.js';

const [name = '256x4', time = '480', jobs = '2'] = process.argv.slice(2);
const data = '../shared/data';
const model = `${data}/mnistfc/mnist-net_${name}.onnx`;
const [naps, certificate] = [`out/learned-${name}.nap.json`, `out/learned-${name}.cert.json`];
const cpu = process.cpuUsage();
const began = performance.now();
const document = await learn(
  {
    model,
    data: `${data}/mnist/train-images-idx3-ubyte.gz`,
    heldOut: { data: `${data}/mnist/t10k-images-idx3-ubyte.gz` },
    margin: 0.001,
    seconds: Number(time),
    jobs: Number(jobs),
    naps,
    certificate,
    fresh: true,
  },
  { step: () => {}, note: (line) => process.stderr.write(`${line}\n`) },
);
const used = process.cpuUsage(cpu);
for (const row of document.classes) {
  const { class: label, verdict, literals, depth, margin, undecided, stages } = row;
  process.stdout.write(
    `${JSON.stringify({
      network: name,
      class: label,
      verdict,
      literals,
      depth,
      margin,
      undecided,
      mining: row.mining?.ofClass.value,
      heldOut: row.heldOut?.ofClass.value,
      heldOutLow: row.heldOut?.ofClass.low,
      ofCorrect: row.heldOut?.ofCorrect.value,
      upperBound: row.upperBound?.value,
      stages: stages.map((stage) => [stage.name, Math.round(stage.seconds), stage.literals]),
    })}\n`,
  );
}
const checked = document.certificate === null ? null : (await check({ certificate, model, naps })).verdict;
const shares = document.classes.map((row) => row.heldOut?.ofClass.value ?? 0);
process.stdout.write(
  `${JSON.stringify({
    network: name,
    mean: document.meanHeldOutRecall,
    least: Math.min(...shares),
    check: checked,
    certificateBytes: document.certificate === null ? null : statSync(certificate).size,
    napBytes: document.naps === null ? null : readFileSync(naps).length,
    seconds: Math.round((performance.now() - began) / 1000),
    cpuSeconds: Math.round((used.user + used.system) / 1e6),
    processors: cpus().length,
    load: loadavg()[0],
  })}\n`,
);
