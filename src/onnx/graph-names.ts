/** The names of a graph, read without decoding its weights. */
import { GRAPH_OUTPUT, MODEL_GRAPH } from './model-proto.js';
import { each, WireReader } from './wire-reader.js';

export interface GraphNames {
  /** Outputs of nodes: everything that can be exposed as a graph output. */
  readonly computed: ReadonlySet<string>;
  /** Graph outputs. */
  readonly outputs: readonly string[];
}

/** Names of computed tensors and graph outputs of a model. Throws InputError for malformed bytes. */
export function graphNames(bytes: Uint8Array): GraphNames {
  const computed = new Set<string>();
  const outputs: string[] = [];
  const model = new WireReader(bytes);
  each(model, {
    [MODEL_GRAPH]: (field) => {
      const graph = model.message(field, 'graph');
      each(graph, {
        1: (inner) => {
          const node = graph.message(inner, 'node');
          each(node, {
            2: (leaf) => {
              computed.add(node.string(leaf));
            },
          });
        },
        [GRAPH_OUTPUT]: (inner) => {
          const output = graph.message(inner, 'output');
          each(output, {
            1: (leaf) => {
              outputs.push(output.string(leaf));
            },
          });
        },
      });
    },
  });
  return { computed, outputs };
}
