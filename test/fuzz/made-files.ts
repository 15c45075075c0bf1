/** NAP files and certificates of the shipped small models, made by napcert itself, to start mutations from. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mine } from '../../src/api/mine.js';
import { verifyFiles } from '../../src/api/verify-files.js';
import type { MadeFiles, Reader } from './readers.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MODELS = [
  { name: 'toy-2d', spec: 'specs/examples/toy-2d.yaml' },
  { name: 'iris', spec: 'specs/examples/iris.yaml' },
] as const;

/** Needs the build (worker threads run from dist). Readers that start from other files get none. */
export async function makeFiles(reader: Reader): Promise<MadeFiles[]> {
  if (reader !== 'nap' && reader !== 'certificate') return [];
  const folder = mkdtempSync(join(tmpdir(), 'napcert-fuzz-'));
  try {
    const made: MadeFiles[] = [];
    for (const { name, spec } of MODELS) made.push(await makeFor(folder, name, spec));
    return made;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function makeFor(folder: string, name: string, spec: string): Promise<MadeFiles> {
  const model = join(ROOT, 'models', `${name}.onnx`);
  const data = join(ROOT, 'models', `${name}.csv`);
  const naps = join(folder, `${name}.nap.json`);
  await mine({ model, data, deltas: ['0.9'], grouping: 'label', samples: 'correct', output: naps });
  const certificates: string[] = [];
  for (const claims of [{}, { spec: join(ROOT, spec) }]) {
    const output = join(folder, `${name}-${certificates.length}.json`);
    await verifyFiles({
      model,
      naps,
      claims,
      data,
      engine: 'bab',
      solver: 'highs',
      timeoutSeconds: 10,
      output,
    });
    certificates.push(readFileSync(output, 'utf8'));
  }
  return { model: new Uint8Array(readFileSync(model)), naps: readFileSync(naps, 'utf8'), certificates };
}
