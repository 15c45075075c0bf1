import { constants } from 'node:buffer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { WorkerModels } from '../../src/api/worker-models.js';
import { connect, redisAddress } from '../../src/cluster/connection.js';
import { type Job, jobId } from '../../src/cluster/job-wire.js';
import {
  decodeRegion,
  decodeSample,
  encodeRegion,
  encodeSample,
  parse,
} from '../../src/cluster/region-wire.js';
import {
  type BlobStore,
  folderStore,
  MAX_JSON_BLOB_BYTES,
  MAX_MODEL_BLOB_BYTES,
  MissingBlobError,
  redisStore,
} from '../../src/cluster/store.js';
import { fromBase64, toBase64 } from '../../src/cluster/typed-arrays.js';
import { neuronCount } from '../../src/network/network.js';
import { sha256 } from '../../src/util/digest.js';
import { describeInputError, InputError } from '../../src/util/errors.js';
import { SETTINGS, TOY } from './toy.js';

const { network } = TOY;
const neurons = neuronCount(network);

describe('numbers in JSON', () => {
  it('every double survives, bit by bit', () => {
    const doubles = fc.array(fc.double({ noNaN: false }), { maxLength: 20 });
    fc.assert(
      fc.property(doubles, (values) => {
        const array = Float64Array.from(values);
        const back = fromBase64(Float64Array, toBase64(array), values.length, 'x');
        expect(new BigUint64Array(back.buffer)).toEqual(new BigUint64Array(array.buffer));
      }),
    );
  });

  it('an array of another length is refused', () => {
    expect(() => fromBase64(Float64Array, toBase64(Float64Array.of(1)), 2, 'x')).toThrow(InputError);
  });
});

describe('regions', () => {
  const box = fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true }));
  const region = fc.record({
    box: fc.record({
      lower: box.map((v) => Float64Array.from(v)),
      upper: box.map((v) => Float64Array.from(v)),
    }),
    naps: fc.array(
      fc
        .array(fc.constantFrom(-1, 0, 1), { minLength: neurons, maxLength: neurons })
        .map((phases) => Int8Array.from(phases)),
      { maxLength: 3 },
    ),
  });

  it('arrive as they were sent, infinite ends included', () => {
    fc.assert(
      fc.property(region, (part) => {
        expect(decodeRegion(network, encodeRegion(part))).toEqual(part);
      }),
    );
    const unbounded = { lower: Float64Array.of(-Infinity, 0), upper: Float64Array.of(Infinity, -0) };
    expect(decodeRegion(network, encodeRegion({ box: unbounded, naps: [] })).box).toEqual(unbounded);
  });

  it('of another model are refused, and so is what is no region', () => {
    const short = { lower: Float64Array.of(0), upper: Float64Array.of(1) };
    expect(() => decodeRegion(network, encodeRegion({ box: short, naps: [] }))).toThrow(InputError);
    for (const text of ['', 'null', '{"lower":1}', '[]']) {
      expect(() => decodeRegion(network, text)).toThrow(InputError);
    }
  });

  it('samples arrive without the name of the file they are from', () => {
    const sample = {
      name: '/home/somebody/digits.csv',
      featureShape: [2],
      count: 1,
      points: Float64Array.of(0.25, 0.5),
      labels: Int32Array.of(1),
      predictions: Int32Array.of(1),
      classes: 3,
      bits: Uint32Array.of(5),
      words: 1,
      neurons,
    };
    const text = encodeSample(sample);
    expect(text).not.toContain('somebody');
    expect(decodeSample(network, text)).toEqual({ ...sample, name: 'the data' });
  });
});

describe('job ids', () => {
  it('say what is asked: question, settings, build', () => {
    const base = { digest: 'a'.repeat(64), settings: SETTINGS, build: 'b'.repeat(64) } as Parameters<
      typeof jobId
    >[0];
    const others = [
      { ...base, digest: 'c'.repeat(64) },
      { ...base, build: 'd'.repeat(64) },
      { ...base, settings: { ...base.settings, timeoutSeconds: 61 } },
    ];
    expect(jobId({ ...base })).toBe(jobId(base));
    expect(new Set([base, ...others].map(jobId)).size).toBe(4);
  });
});

describe('a folder as store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'napcert-store-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('returns what was put, and refuses what was changed', async () => {
    const store = folderStore(folder);
    const digest = await store.put(Buffer.from('a model'));
    expect(Buffer.from(await store.get(digest, 7)).toString()).toBe('a model');
    expect(await store.has([digest])).toBe(true);
    expect(await store.has([digest, '0'.repeat(64)])).toBe(false);
    await expect(store.get('0'.repeat(64), 7)).rejects.toThrow(MissingBlobError);
    await expect(store.get(digest, 6)).rejects.toThrow('too large');
    writeFileSync(join(folder, digest), 'another model');
    await expect(store.get(digest, 20)).rejects.toThrow('not what its name says');
  });
});

describe('Redis as store', () => {
  it('returns no more than was asked for, however little it is packed', async () => {
    const zeros = Buffer.alloc(100_000);
    const store = redisStore({ getBuffer: async () => gzipSync(zeros) } as unknown as Redis);
    expect(await store.get(sha256(zeros), zeros.length)).toHaveLength(zeros.length);
    const refused = await store.get(sha256(zeros), zeros.length - 1).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InputError);
    expect((refused as InputError).message).toBe('the blob is too large');
  });
});

describe('JSON blobs', () => {
  it('that no string can hold are refused, and never asked for', () => {
    const { MAX_STRING_LENGTH } = constants;
    expect(2 * MAX_JSON_BLOB_BYTES).toBeLessThan(1.01 * MAX_STRING_LENGTH);
    // Zeros that nobody writes to take no memory.
    const long = new Uint8Array(MAX_STRING_LENGTH + 1);
    expect(describedFailure(() => parse(z.array(z.int()), long, 'list'))).toContain('a list that is no JSON');
    expect(parse(z.array(z.int()), Buffer.from(' [1, 2] ').subarray(1, 7), 'list')).toEqual([1, 2]);
  });

  it('are asked for with their limit, and models with that of models', async () => {
    const limits: number[] = [];
    const get = async (_digest: string, maxBytes: number): Promise<Uint8Array> => {
      limits.push(maxBytes);
      return limits.length === 1 ? TOY.bytes : Buffer.from('no JSON');
    };
    const models = new WorkerModels({ get } as unknown as BlobStore);
    const job = { model: 'm', region: 'r', query: null } as unknown as Job;
    await expect(models.open([job])).rejects.toThrow('no JSON');
    await expect(models.sample({ ...job, sample: 's' }, network)).rejects.toThrow('no JSON');
    expect(limits).toEqual([MAX_MODEL_BLOB_BYTES, MAX_JSON_BLOB_BYTES, MAX_JSON_BLOB_BYTES]);
  });
});

describe('the address of Redis', () => {
  it('is shown without what is secret', () => {
    const { shown, options } = redisAddress({ url: 'rediss://me:p%40ss@queue.example:6380/2' });
    expect(shown).toBe('rediss://queue.example:6380/2');
    expect(options).toMatchObject({
      username: 'me',
      password: 'p@ss',
      db: 2,
      tls: { servername: 'queue.example' },
    });
  });

  it('takes user and password from elsewhere', () => {
    const { options } = redisAddress({ url: 'redis://queue', username: 'u', password: 'p' });
    expect(options).toMatchObject({ host: 'queue', port: 6379, username: 'u', password: 'p' });
  });

  const wrong = [
    '',
    'queue:6379',
    'http://queue',
    'redis://',
    'redis://q/x',
    'redis://me:secret@q?x=1',
    'redis://me:secret@q/0#f',
  ];
  it.each(wrong)('%s is refused', (url) => {
    const text = describedFailure(() => redisAddress({ url }));
    expect(text).not.toContain('secret');
  });

  it('an authority is for TLS only', () => {
    expect(() => redisAddress({ url: 'redis://q', caFile: 'ca.pem' })).toThrow(InputError);
  });

  it('a server that is not there is named without its password', async () => {
    const address = redisAddress({ url: 'redis://me:secret@127.0.0.1:1' });
    const error = await connect(address).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(describeInputError(error as InputError)).toContain('redis://127.0.0.1:1');
    expect(describeInputError(error as InputError)).not.toContain('secret');
  });
});

function describedFailure(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return describeInputError(error);
    throw error;
  }
  throw new Error('nothing was refused');
}
