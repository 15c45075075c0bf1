/**
 * Where the time goes, on a shipped classifier: `npm run bench` (needs the build). Mining, deciding with three engines,
 * checking, what proofs cost, the checker's two paths, dual ascent, peak memory. Prints tables on stderr and JSON on stdout.
 * Absolute times are those of a machine as fast as `calibration` says; the second table compares calibrated times with
 * baseline.json (a loss of 20 % is named), which `npm run bench -- --record` writes anew.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check } from '../../src/api/check.js';
import { mine } from '../../src/api/mine.js';
import { type VerifyFilesOptions, verifyFiles } from '../../src/api/verify-files.js';
import { Ascent } from '../../src/bounds/ascent/ascent.js';
import { initialBounds, propagate } from '../../src/bounds/interval.js';
import { exactUpperBound } from '../../src/checker/push/exact-bound.js';
import { fastUpperBound } from '../../src/checker/push/fast-bound.js';
import { settle, startState } from '../../src/checker/state.js';
import { parseNapFile } from '../../src/nap/nap-file.js';
import { naps as readNaps } from '../../src/nap/nap-literals.js';
import { lowerModel } from '../../src/network/lower.js';
import { type Network, neuronBlocks } from '../../src/network/network.js';
import { type ClaimContext, compileProperty } from '../../src/obligation/compile.js';
import type { Obligation } from '../../src/obligation/obligation.js';
import { loadModel } from '../../src/onnx/load-model.js';
import { calibrated, compareWithBaseline, recordBaseline } from './baseline.js';
import { renderTable } from './bench-table.js';
import { matMulGflops, matrixVectorGflops } from './calibrate.js';
import { proofOverhead } from './proof-overhead.js';

const MODEL = fileURLToPath(new URL('../../models/mnist-code-128x4.onnx', import.meta.url));
/** Classes and limits that every engine gets. */
const CLASSES = [0, 3];
const TIMEOUT_SECONDS = 20;

const folder = mkdtempSync(join(tmpdir(), 'napcert-bench-'));
const napFile = join(folder, 'naps.nap.json');
const digits = (value: number): number => Number(value.toPrecision(3));

async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return digits((performance.now() - start) / 1000);
}

async function decideWith(engine: VerifyFilesOptions['engine'], solver: VerifyFilesOptions['solver']) {
  const output = join(folder, `${engine}-${solver}.json`);
  const result = await verifyFiles({
    model: MODEL,
    naps: napFile,
    claims: { properties: ['non-misclassification'], classes: CLASSES },
    data: 'mnist',
    engine,
    solver,
    timeoutSeconds: TIMEOUT_SECONDS,
    output,
    fresh: true,
  });
  const obligations = result.properties.flatMap((property) => property.obligations);
  const proveSeconds = digits(obligations.reduce((sum, obligation) => sum + obligation.seconds, 0));
  let verdict = '';
  const checkSeconds = await seconds(async () => {
    verdict = (await check({ certificate: output, model: MODEL })).verdict;
  });
  return {
    engine: engine === 'milp' ? `milp ${solver}` : engine,
    obligations: obligations.length,
    decided: obligations.filter((obligation) => obligation.verdict !== 'unknown').length,
    proveSeconds,
    checkSeconds,
    checkToProve: digits(checkSeconds / proveSeconds),
    check: verdict,
    certificateBytes: readFileSync(output).length,
  };
}

/** One bound of the logits' difference over the whole network, by doubles and by rationals. */
async function checkerPaths(network: Network, obligation: Obligation) {
  const state = startState(network, obligation);
  settle(network, state, network.layers.length);
  const terms = obligation.outputs[0]!.terms.map(({ output, coefficient }) => ({
    index: output,
    weight: 1,
    coefficient,
  }));
  const task = {
    tensor: network.output,
    terms,
    offsets: [],
    first: 0,
    end: network.layers.length,
    passes: new Map(),
  };
  fastUpperBound(network, state, task);
  const rounds = 50;
  const fast = await seconds(() => {
    for (let n = 0; n < rounds; n++) fastUpperBound(network, state, task);
  });
  const exact = await seconds(() => exactUpperBound(network, state, task));
  return { fastSeconds: fast / rounds, exactSeconds: exact, exactToFast: digits((exact * rounds) / fast) };
}

/** Both bounds of every neuron of the last hidden layer, pushed back to the input. */
async function ascentRate(network: Network, obligation: Obligation) {
  const bounds = initialBounds(network, obligation.box, obligation.naps);
  propagate(network, bounds);
  const { layer, size } = neuronBlocks(network).at(-1)!;
  const count = 2 * size;
  const rows = new Float32Array(count * size);
  for (let k = 0; k < count; k++) rows[k * size + (k >> 1)] = k % 2 === 0 ? 1 : -1;
  const ascent = new Ascent(network);
  const run = (iterations: number) =>
    ascent.run(
      bounds,
      layer.input,
      network.input,
      { count, rows, range: new Float32Array(count).fill(1) },
      { iterations },
    );
  await run(1);
  const iterations = 20;
  const total = await seconds(() => run(iterations));
  await ascent.dispose();
  return {
    forms: count,
    iterations,
    seconds: total,
    formIterationsPerSecond: Math.round((count * iterations) / total),
  };
}

try {
  const calibration = { matrixVectorGflops: await matrixVectorGflops(), matMulGflops: await matMulGflops() };
  const mineSeconds = await seconds(() =>
    mine({
      model: MODEL,
      data: 'mnist',
      deltas: ['0.99'],
      grouping: 'label',
      samples: 'correct',
      output: napFile,
    }),
  );
  const network = lowerModel(await loadModel(MODEL));
  const file = parseNapFile(readFileSync(napFile, 'utf8'), napFile);
  const byClass = new Map(readNaps(network, file).map((nap) => [nap.class, nap.phases]));
  const claim: ClaimContext = {
    network,
    modelSha256: file.model.sha256,
    domain: { kind: 'box', lower: 0, upper: 1 },
    naps: byClass,
  };
  const ofClass = (label: number): readonly Obligation[] => {
    const competitors = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].filter((other) => other !== label);
    return compileProperty(claim, { kind: 'non-misclassification', class: label, competitors });
  };
  const [obligation] = ofClass(0);
  // The first run would pay for compiling what all of them use.
  await decideWith('bab', 'highs');
  const engines = [
    await decideWith('bab', 'highs'),
    await decideWith('milp', 'glpk'),
    await decideWith('milp', 'highs'),
  ];
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cpus: cpus().length };
  const ascent = await ascentRate(network, obligation!);
  const overhead = await proofOverhead(network, claim, CLASSES.flatMap(ofClass));
  const checker = await checkerPaths(network, obligation!);
  // The machine may be busier now than when it was calibrated first.
  const gflops = (calibration.matMulGflops + (await matMulGflops())) / 2;
  const work = calibrated(
    {
      mine: mineSeconds,
      prove: engines[0]!.proveSeconds,
      check: engines[0]!.checkSeconds,
      search: overhead.withoutProofSeconds,
      ascent: ascent.seconds,
      checkerFast: checker.fastSeconds,
      checkerExact: checker.exactSeconds,
    },
    gflops,
  );
  const comparison = compareWithBaseline(work);
  if (process.argv.includes('--record'))
    recordBaseline({ format: 'napcert-bench-baseline/1', machine, matMulGflops: digits(gflops), work });
  const report = {
    format: 'napcert-bench/2',
    machine,
    calibration,
    mineSeconds,
    mineSamplesPerSecond: Math.round(file.dataset.count / mineSeconds),
    classes: CLASSES,
    engines,
    proofOverhead: overhead,
    checker,
    ascent,
    work,
    comparison,
    peakMemoryMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  };
  process.stderr.write(renderTable(report.engines));
  process.stderr.write(
    `proofs cost ${(100 * overhead.overhead).toFixed(0)} % of a search without (${overhead.proved} proved)\n`,
  );
  if (comparison.length > 0) process.stderr.write(renderTable(comparison));
  console.log(JSON.stringify(report, null, 2));
} finally {
  rmSync(folder, { recursive: true });
}
process.exit(0);
