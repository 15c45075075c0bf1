/** JSON documents of the command line by command, and their published schemas. */
import { z } from 'zod';
import { ceilingSchema } from './ceiling.js';
import { checkSchema } from './check.js';
import { compareSchema } from './compare.js';
import { completionSchema } from './completion.js';
import { coneSchema } from './cone.js';
import { counterexampleSchema } from './counterexample.js';
import { coverageSchema } from './coverage.js';
import { curveSchema } from './curve.js';
import { debiasSchema } from './debias.js';
import { demoSchema } from './demo.js';
import { doctorSchema } from './doctor.js';
import { evaluateSchema } from './evaluate.js';
import { explainSchema } from './explain.js';
import { exportSchema } from './export.js';
import { gateSchema } from './gate.js';
import { guardSchema } from './guard.js';
import { initSchema } from './init.js';
import { inspectSchema } from './inspect.js';
import { invarianceSchema } from './invariance.js';
import { keygenSchema } from './keygen.js';
import { learnSchema } from './learn.js';
import { mergeSchema } from './merge.js';
import { mineSchema } from './mine.js';
import { minimizeSchema } from './minimize.js';
import { reportSchema } from './report.js';
import { scalarsSchema } from './scalars.js';
import { signSchema } from './sign.js';
import { statusSchema } from './status.js';
import { verifySchema } from './verify.js';
import { vnncompSchema } from './vnncomp.js';
import { vnnlibSchema } from './vnnlib.js';
import { workerSchema } from './worker.js';

export const DOCUMENTS = {
  ceiling: ceilingSchema,
  check: checkSchema,
  compare: compareSchema,
  completion: completionSchema,
  cone: coneSchema,
  counterexample: counterexampleSchema,
  coverage: coverageSchema,
  curve: curveSchema,
  debias: debiasSchema,
  demo: demoSchema,
  doctor: doctorSchema,
  evaluate: evaluateSchema,
  explain: explainSchema,
  export: exportSchema,
  gate: gateSchema,
  guard: guardSchema,
  init: initSchema,
  inspect: inspectSchema,
  invariance: invarianceSchema,
  keygen: keygenSchema,
  merge: mergeSchema,
  learn: learnSchema,
  mine: mineSchema,
  minimize: minimizeSchema,
  report: reportSchema,
  scalars: scalarsSchema,
  sign: signSchema,
  status: statusSchema,
  verify: verifySchema,
  vnncomp: vnncompSchema,
  vnnlib: vnnlibSchema,
  worker: workerSchema,
} as const;

export type DocumentName = keyof typeof DOCUMENTS;

/** Text of `specs/output/NAME.schema.json` (JSON Schema, draft 2020-12). */
export function documentSchemaText(name: DocumentName): string {
  const schema = z.toJSONSchema(DOCUMENTS[name], { target: 'draft-2020-12' });
  const title = name === 'counterexample' ? 'napcert verify --counterexamples' : `napcert ${name} --json`;
  return `${JSON.stringify({ title, ...schema }, null, 2)}\n`;
}
