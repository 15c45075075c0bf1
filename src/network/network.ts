/**
 * The intermediate representation: a straight-line graph of three kinds of layers on flat tensors.
 *
 * Every ONNX operator that napcert accepts is lowered *exactly* (real arithmetic) to these. Numbers are
 * doubles that equal the stored float32/float64 weights; they are read as exact rationals. The one
 * exception is BatchNormalization, whose scale and offset are rounded to float64 once, in lowering, and
 * said so in the notes. All data are frozen plain objects; hot loops may read the typed arrays directly.
 */

/** Index into `Network.tensors`. */
export type TensorId = number;

export interface Tensor {
  /** ONNX tensor name (for intermediate results of a lowering: the ONNX name plus a suffix). */
  readonly name: string;
  /** Shape without the batch dimension, in the order of the ONNX file. */
  readonly shape: readonly number[];
  /** Number of elements; elements are addressed by flat row-major index. */
  readonly size: number;
}

/** A dense matrix, row-major, `rows x cols`. */
export interface DenseMap {
  readonly kind: 'dense';
  readonly rows: number;
  readonly cols: number;
  readonly weight: Float64Array;
}

/** A 2-D convolution (cross-correlation, as in ONNX) on a CHW tensor; padding value 0. */
export interface ConvMap {
  readonly kind: 'conv';
  /** outChannels * outHeight * outWidth. */
  readonly rows: number;
  /** inChannels * inHeight * inWidth. */
  readonly cols: number;
  readonly inChannels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Padding at top and left; bottom and right follow from the output size. */
  readonly padTop: number;
  readonly padLeft: number;
  readonly groups: number;
  /** outChannels x (inChannels/groups) x kernelHeight x kernelWidth, row-major. */
  readonly weight: Float64Array;
}

/** Compressed sparse rows; used for permutations, slices, padding, pooling means, residual sums, scalings. */
export interface SparseMap {
  readonly kind: 'sparse';
  readonly rows: number;
  readonly cols: number;
  /** Length rows + 1. */
  readonly rowStart: Int32Array;
  readonly col: Int32Array;
  readonly weight: Float64Array;
}

export type LinearMap = DenseMap | ConvMap | SparseMap;

/** y_i = ((W x)_i + bias_i) / divisor_i, where x is the concatenation of the inputs in order. */
export interface LinearLayer {
  readonly kind: 'linear';
  /** ONNX node this comes from, for messages. */
  readonly node: string;
  readonly inputs: readonly TensorId[];
  readonly output: TensorId;
  readonly map: LinearMap;
  /** Length map.rows. */
  readonly bias: Float64Array;
  /** Length map.rows, finite and > 0; null means 1 everywhere. Division stays exact in rationals. */
  readonly divisor: Float64Array | null;
  /**
   * Only in models of floating-point evaluation (obligation/float-error): y_i may be off by up to tolerance_i. Whoever
   * bounds a network must count it; evaluation at a point takes it as 0. Length map.rows; absent means 0.
   */
  readonly tolerance?: Float64Array;
  /** Present where the weights are not stored but computed from stored numbers (BatchNormalization). */
  readonly derived?: DerivedWeights;
}

/** How far a runtime that computes the weights for itself in binary32 may be from the weights of the layer. */
export interface DerivedWeights {
  /** Relative roundings, (1 + d)^(+-1) with |d| <= 2^-24, between the two; those of using the weight not counted. */
  readonly roundings: number;
  /** At least the magnitude of every product of some of the factors that a weight is computed from. */
  readonly factor: number;
}

/** a_i = z_i if z_i > 0 else slope * z_i, with 0 <= slope < 1 (0 is ReLU). Its inputs are the neurons. */
export interface ReluLayer {
  readonly kind: 'relu';
  readonly node: string;
  readonly input: TensorId;
  readonly output: TensorId;
  readonly slope: number;
}

/** y_i = max of the listed input elements (at least one each). */
export interface MaxLayer {
  readonly kind: 'max';
  readonly node: string;
  readonly input: TensorId;
  readonly output: TensorId;
  /** Length outputs + 1. */
  readonly rowStart: Int32Array;
  readonly col: Int32Array;
}

export type Layer = LinearLayer | ReluLayer | MaxLayer;

export interface Network {
  readonly kind: 'network';
  readonly tensors: readonly Tensor[];
  /** In topological order; each tensor but the input is the output of exactly one layer. */
  readonly layers: readonly Layer[];
  readonly input: TensorId;
  readonly output: TensorId;
  /** Element type of the ONNX model: decides how an input is rounded before a replay. */
  readonly elementType: 'float32' | 'float64';
  /** What lowering dropped or rounded, in words for the user (softmax dropped, batch-norm rounding). */
  readonly notes: readonly string[];
  /**
   * Nodes whose constants lowering has combined, where a runtime rounds for itself: over the reals nothing is lost,
   * but a rounding bound cannot be read off the layers. Absent means none.
   */
  readonly combined?: readonly string[];
  /** The end of the model that lowering left out (softmax, argmax): `output` is not what the file puts out. */
  readonly leftOut?: string;
  /**
   * Only in networks that stand for an obligation's question: inputs count only where they lie on this cross-section,
   * { x >= 0, sum x = 1 }. Whoever bounds the network may use it; evaluation at a point does not look at it.
   */
  readonly section?: 'simplex';
}

/** The ReLU layers in order; neuron numbers count through their pre-activations in this order. */
export function reluLayers(network: Network): readonly ReluLayer[] {
  return network.layers.filter((layer) => layer.kind === 'relu');
}

/** One ReLU layer's place in the network-wide numbering of neurons. */
export interface NeuronBlock {
  readonly layer: ReluLayer;
  /** Pre-activation tensor. */
  readonly tensor: Tensor;
  /** Number of the block's first neuron. */
  readonly offset: number;
  readonly size: number;
}

/** All neurons, block by block. */
export function neuronBlocks(network: Network): readonly NeuronBlock[] {
  let offset = 0;
  return reluLayers(network).map((layer) => {
    const tensor = network.tensors[layer.input]!;
    const block = { layer, tensor, offset, size: tensor.size };
    offset += tensor.size;
    return block;
  });
}

export function neuronCount(network: Network): number {
  return reluLayers(network).reduce((sum, layer) => sum + network.tensors[layer.input]!.size, 0);
}
