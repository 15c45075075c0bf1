/** What a model is made of, whether napcert reads it, and what looks suspicious in it. */
import { type Layer, type Network, neuronCount } from '../network/network.js';
import { lintWeights } from '../network/weight-lint.js';
import { type LoadedModel, loadModel } from '../onnx/load-model.js';
import type { GraphProto, ValueInfo } from '../onnx/model-proto.js';
import type { InspectDocument, LayerRow } from '../report/documents/inspect.js';
import { InputError } from '../util/errors.js';
import { compareAt, lowerAt, type OpenedModel } from './open-model.js';
import { operatorTable } from './operator-table.js';
import { type Progress, silentProgress } from './progress.js';
import { VERSION } from './version.js';

export interface Inspection {
  readonly document: InspectDocument;
  /** Why the model cannot be used; null if it can. */
  readonly refusal: InputError | null;
}

/** @throws InputError for a file that is no ONNX model at all */
export async function inspect(path: string, progress: Progress = silentProgress): Promise<Inspection> {
  progress.step(`reading ${path}`);
  const loaded = await loadModel(path);
  const { network, refusal: unreadable } = tryLower(path, loaded);
  if (network !== null) progress.step('comparing with onnxruntime');
  const { agreement, refusal } =
    network === null ? noAgreement(unreadable) : await tryCompare({ path, loaded, network });
  const { model } = loaded;
  const initializers = new Set(model.graph.initializers.map((tensor) => tensor.name));
  const document: InspectDocument = {
    format: 'napcert-inspect/1',
    napcert: VERSION,
    model: { file: path, sha256: loaded.sha256 },
    bytes: loaded.bytes.length,
    irVersion: model.irVersion,
    opsets: model.opsets.map(({ domain, version }) => ({ domain, version })),
    producer: model.producer,
    inputs: model.graph.inputs.filter(({ name }) => !initializers.has(name)).map(tensorRow),
    outputs: model.graph.outputs.map(tensorRow),
    operators: operatorTable(model.graph.nodes, unreadable),
    supported: refusal === null,
    network: network === null ? null : describeNetwork(network, model.graph, agreement),
  };
  return { document, refusal };
}

function tryLower(
  path: string,
  loaded: LoadedModel,
): { network: Network; refusal: null } | { network: null; refusal: InputError } {
  try {
    return { network: lowerAt(path, loaded), refusal: null };
  } catch (error) {
    if (error instanceof InputError) return { network: null, refusal: error };
    throw error;
  }
}

interface Agreement {
  readonly agreement: Described['agreement'];
  readonly refusal: InputError | null;
}

function noAgreement(refusal: InputError | null): Agreement {
  return { agreement: null, refusal };
}

async function tryCompare(model: OpenedModel): Promise<Agreement> {
  try {
    const { samples, tensors, largest, worst } = await compareAt(model, []);
    return {
      agreement: { samples, tensors: tensors.length, largestDifference: largest, shareOfBound: worst },
      refusal: null,
    };
  } catch (error) {
    if (error instanceof InputError) return noAgreement(error);
    throw error;
  }
}

function tensorRow({ name, shape }: ValueInfo): InspectDocument['inputs'][number] {
  return { name, shape: shape === null ? null : [...shape] };
}

type Described = NonNullable<InspectDocument['network']>;

function describeNetwork(network: Network, graph: GraphProto, agreement: Described['agreement']): Described {
  return {
    elementType: network.elementType,
    inputSize: network.tensors[network.input]!.size,
    classes: network.tensors[network.output]!.size,
    neurons: neuronCount(network),
    parameters: parameterCount(graph),
    layers: network.layers.map((layer) => layerRow(network, layer)),
    notes: [...network.notes],
    lint: lintWeights(network),
    agreement,
  };
}

/** Floating-point numbers stored in initializers and Constant nodes. */
function parameterCount(graph: GraphProto): number {
  const constants = graph.nodes.flatMap((node) =>
    node.attributes.flatMap(({ t }) => (t === null ? [] : [t])),
  );
  return [...graph.initializers, ...constants].reduce(
    (sum, { data }) => sum + (data.kind === 'float' ? data.values.length : 0),
    0,
  );
}

function layerRow(network: Network, layer: Layer): LayerRow {
  const output = network.tensors[layer.output]!;
  const relu = layer.kind === 'relu';
  return {
    node: layer.node,
    kind: layer.kind,
    detail: layerDetail(layer),
    tensor: relu ? network.tensors[layer.input]!.name : output.name,
    shape: [...output.shape],
    neurons: relu ? output.size : 0,
  };
}

function layerDetail(layer: Layer): string {
  switch (layer.kind) {
    case 'relu':
      return layer.slope === 0 ? '' : `leaky, slope ${layer.slope}`;
    case 'max':
      return `${layer.col.length} inputs`;
    case 'linear': {
      const { map } = layer;
      switch (map.kind) {
        case 'dense':
          return `dense ${map.cols} -> ${map.rows}`;
        case 'conv':
          return (
            `conv ${map.kernelHeight}x${map.kernelWidth}, stride ${map.strides.join('x')}, ` +
            `${map.inChannels} -> ${map.outChannels} channels${map.groups === 1 ? '' : `, ${map.groups} groups`}`
          );
        case 'sparse':
          return `sparse ${map.cols} -> ${map.rows}, ${map.weight.length} entries`;
      }
    }
  }
}
