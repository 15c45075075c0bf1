/** Regions and samples as they travel: JSON text, named by its SHA-256. */
import { z } from 'zod';
import type { RegionSample } from '../engines/falsify/region-sample.js';
import { type Network, neuronCount } from '../network/network.js';
import type { Obligation } from '../obligation/obligation.js';
import type { QueryProperty } from '../spec/property.js';
import { InputError } from '../util/errors.js';
import { parseStrictJson } from '../util/strict-json.js';
import { fromBase64, toBase64 } from './typed-arrays.js';

/** As a string, or as the bytes of a blob. */
export type JsonText = string | Uint8Array;

/** What an obligation says but for its output constraints, id, digest and query. */
export type RegionPart = Pick<Obligation, 'box' | 'naps' | 'tolerances' | 'section'>;

const regionSchema = z.strictObject({
  lower: z.base64(),
  upper: z.base64(),
  naps: z.array(z.base64()).max(1000),
  tolerances: z.array(z.base64().nullable()).optional(),
  section: z.literal('simplex').optional(),
});

export function encodeRegion({ box, naps, tolerances, section }: RegionPart): string {
  const wire: z.input<typeof regionSchema> = {
    lower: toBase64(box.lower),
    upper: toBase64(box.upper),
    naps: naps.map(toBase64),
    ...(tolerances === undefined
      ? {}
      : { tolerances: tolerances.map((list) => (list === null ? null : toBase64(list))) }),
    ...(section === undefined ? {} : { section }),
  };
  return JSON.stringify(wire);
}

/** @throws InputError for text that is no region of this network */
export function decodeRegion(network: Network, text: JsonText): RegionPart {
  const wire = parse(regionSchema, text, 'region');
  const inputs = network.tensors[network.input]!.size;
  const neurons = neuronCount(network);
  const { tolerances, section } = wire;
  if (tolerances !== undefined && tolerances.length !== network.tensors.length) {
    const expected = `${network.tensors.length} lists of tolerances`;
    throw new InputError('not a region of this model', { expected, found: `${tolerances.length}` });
  }
  return {
    box: {
      lower: fromBase64(Float64Array, wire.lower, inputs, 'region.lower'),
      upper: fromBase64(Float64Array, wire.upper, inputs, 'region.upper'),
    },
    naps: wire.naps.map((nap, k) => fromBase64(Int8Array, nap, neurons, `region.naps[${k}]`)),
    ...(tolerances === undefined
      ? {}
      : {
          tolerances: tolerances.map((list, id) =>
            list === null
              ? null
              : fromBase64(Float64Array, list, network.tensors[id]!.size, `region.tolerances[${id}]`),
          ),
        }),
    ...(section === undefined ? {} : { section }),
  };
}

const querySchema = z.strictObject({
  name: z.string().max(1000),
  text: z
    .string()
    .min(1)
    .max(64 * 2 ** 20),
});

/** Apart from the regions: all alternatives of a query share it, and it may be large. */
export function encodeQuery({ name, text }: QueryProperty): string {
  return JSON.stringify({ name, text });
}

/** @throws InputError for text that is no query as it travels; the query itself is read where it is needed */
export function decodeQuery(text: JsonText): QueryProperty {
  return Object.freeze({ kind: 'query', ...parse(querySchema, text, 'query') });
}

const count = z.int().min(0).max(1_000_000);
const sampleSchema = z.strictObject({
  name: z.string().max(1000),
  featureShape: z.array(count).max(16),
  count,
  points: z.base64(),
  labels: z.base64(),
  predictions: z.base64(),
  classes: count,
  bits: z.base64(),
  words: count,
  neurons: count,
});

/** A sample's name may be a path of the coordinator's machine; only its base travels. */
export function encodeSample(sample: RegionSample): string {
  const { points, labels, predictions, bits, ...rest } = sample;
  const wire: z.input<typeof sampleSchema> = {
    ...rest,
    name: 'the data',
    featureShape: [...rest.featureShape],
    points: toBase64(points),
    labels: toBase64(labels),
    predictions: toBase64(predictions),
    bits: toBase64(bits),
  };
  return JSON.stringify(wire);
}

/** @throws InputError for text that is no sample for this network */
export function decodeSample(network: Network, text: JsonText): RegionSample {
  const wire = parse(sampleSchema, text, 'sample');
  const inputs = network.tensors[network.input]!.size;
  if (wire.neurons !== neuronCount(network)) {
    const expected = `patterns of ${neuronCount(network)} neurons`;
    throw new InputError('not a sample of this model', { expected, found: `${wire.neurons}` });
  }
  return {
    ...wire,
    points: fromBase64(Float64Array, wire.points, wire.count * inputs, 'sample.points'),
    labels: fromBase64(Int32Array, wire.labels, wire.count, 'sample.labels'),
    predictions: fromBase64(Int32Array, wire.predictions, wire.count, 'sample.predictions'),
    bits: fromBase64(Uint32Array, wire.bits, wire.count * wire.words, 'sample.bits'),
  };
}

/** Characters whose values fit into memory whatever they are. */
const UNCOUNTED = 2 ** 20;

/** @throws InputError for text that is not JSON, has too many values, or not as the schema says */
export function parse<T>(schema: z.ZodType<T>, text: JsonText, what: string): T {
  let value: unknown;
  try {
    // Bytes may be too many for a string.
    const read = typeof text === 'string' ? text : utf8(text);
    // Of long texts the values are counted first: as objects, tiny ones take twenty times the memory.
    value = read.length > UNCOUNTED ? parseStrictJson(read, what) : JSON.parse(read);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`a ${what} that is no JSON`, { found: String(error).slice(0, 200) });
  }
  return check(schema, value, what);
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** @throws InputError for a value that is not as the schema says */
export function check<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`not a ${what}`, {
    place: issue?.path.join('.') ?? '',
    expected: issue?.message ?? what,
    found: 'something else',
  });
}
