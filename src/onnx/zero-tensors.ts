/** Setting stored constants to zero without touching any other byte of a model. */
import { InputError } from '../util/errors.js';
import { MODEL_GRAPH } from './model-proto.js';
import { each, type Visitor, WireReader } from './wire-reader.js';

const GRAPH_INITIALIZER = 5;
const TENSOR_FLOATS = 4;
const TENSOR_NAME = 8;
const TENSOR_RAW = 9;
const TENSOR_DOUBLES = 10;

/**
 * A copy of the model with all numbers of the named initializers set to 0. The length of the file stays.
 * @throws InputError if an initializer does not exist or stores its numbers one by one (unpacked protobuf)
 */
export function zeroTensors(bytes: Uint8Array, names: ReadonlySet<string>): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const done = new Set<string>();
  const model = new WireReader(copy);
  each(model, {
    [MODEL_GRAPH]: (field) => {
      const graph = model.message(field, 'graph');
      each(graph, {
        [GRAPH_INITIALIZER]: (inner) => {
          const tensor = graph.message(inner, 'initializer');
          const payloads: Uint8Array[] = [];
          let name = '';
          let unpacked = false;
          const numbers: Visitor = (leaf) => {
            if (leaf.wire === 'bytes') payloads.push(tensor.payload(leaf));
            else {
              unpacked = true;
              tensor.skip(leaf);
            }
          };
          each(tensor, {
            [TENSOR_FLOATS]: numbers,
            [TENSOR_RAW]: numbers,
            [TENSOR_DOUBLES]: numbers,
            [TENSOR_NAME]: (leaf) => {
              name = tensor.string(leaf);
            },
          });
          if (!names.has(name)) return;
          if (unpacked) {
            throw new InputError('numbers that are stored one by one cannot be set to 0', {
              place: `initializer "${name}"`,
              expected: 'packed numbers or raw data, as current exporters write them',
            });
          }
          for (const payload of payloads) payload.fill(0);
          done.add(name);
        },
      });
    },
  });
  const missing = [...names].find((name) => !done.has(name));
  if (missing === undefined) return copy;
  throw new InputError(`initializer "${missing}" does not exist`, {
    expected: 'a stored constant of the graph',
  });
}
