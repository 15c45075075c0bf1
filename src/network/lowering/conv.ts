/** Conv in one and two dimensions. */
import type { ConvMap } from '../network.js';
import { checkEntries, MAX_DENSE_ENTRIES } from './maps.js';
import type { NodeView } from './node-view.js';
import { checkSize } from './shapes.js';
import type { Value } from './values.js';
import { windowsOf } from './windows.js';

export function lowerConv(view: NodeView): Value {
  view.arity(2, 3);
  const x = view.activation(0);
  const w = view.floats(1);
  if (w.shape.length !== x.shape.length)
    throw view.bad('ranks differ', `weights of rank ${x.shape.length}`, `[${w.shape.join(', ')}]`);
  const [outChannels, perGroup, ...kernel] = w.shape as [number, number, ...number[]];
  const stated = view.attrInts('kernel_shape');
  if (stated !== null && stated.length > 0 && stated.join() !== kernel.join()) {
    throw view.bad(
      'attribute "kernel_shape" differs from the weights',
      `[${kernel.join(', ')}]`,
      `[${stated.join(', ')}]`,
    );
  }
  const windows = windowsOf(view, x, kernel);
  const groups = view.attrInt('group', 1);
  if (groups < 1 || outChannels % groups !== 0 || windows.channels !== perGroup * groups) {
    throw view.bad(
      'channels do not fit',
      `${perGroup} * ${groups} input channels, output channels divisible by ${groups}`,
      `${windows.channels} and ${outChannels}`,
    );
  }
  const pixels = windows.outSize[0] * windows.outSize[1];
  const map: ConvMap = {
    kind: 'conv',
    rows: outChannels * pixels,
    cols: windows.channels * windows.inSize[0] * windows.inSize[1],
    inChannels: windows.channels,
    inHeight: windows.inSize[0],
    inWidth: windows.inSize[1],
    outChannels,
    outHeight: windows.outSize[0],
    outWidth: windows.outSize[1],
    kernelHeight: windows.kernel[0],
    kernelWidth: windows.kernel[1],
    strides: windows.strides,
    dilations: windows.dilations,
    padTop: windows.padBegin[0],
    padLeft: windows.padBegin[1],
    groups,
    weight: w.values,
  };
  checkEntries(view.label, w.values.length, MAX_DENSE_ENTRIES);
  checkSize(map.rows);
  const bias = new Float64Array(map.rows);
  if ((view.inputs[2] ?? null) !== null) {
    const b = view.floats(2);
    if (b.shape.length !== 1 || b.shape[0] !== outChannels)
      throw view.bad('bias has the wrong shape', `[${outChannels}]`, `[${b.shape.join(', ')}]`);
    for (let i = 0; i < bias.length; i++) bias[i] = b.values[Math.floor(i / pixels)]!;
  }
  const origin = { label: view.label, name: view.output };
  return view.builder.linear(origin, [x], windows.outShape(outChannels), map, { bias });
}
