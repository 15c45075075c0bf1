/** Geometry of sliding windows, shared by convolution and pooling; 1-D is treated as 2-D of height 1. */
import type { NodeView } from './node-view.js';
import { checkSize } from './shapes.js';
import type { Activation } from './values.js';

type Pair = readonly [number, number];

export interface Windows {
  readonly channels: number;
  readonly inSize: Pair;
  readonly outSize: Pair;
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** Padding at top and left. */
  readonly padBegin: Pair;
  /** Padding at bottom and right. */
  readonly padEnd: Pair;
  /** Full ONNX shape of the output with `outChannels` channels. */
  readonly outShape: (outChannels: number) => readonly number[];
}

/** Channels and spatial size of a [1, C, L] or [1, C, H, W] activation. */
export function spatialInput(view: NodeView, x: Activation): { channels: number; size: Pair; oneD: boolean } {
  const rank = x.shape.length;
  if (rank !== 3 && rank !== 4) {
    throw view.unsupported(
      `${view.op} is supported in one and two dimensions`,
      'change the model',
      `rank ${rank} with batch and channels`,
    );
  }
  if (x.shape[0] !== 1) throw view.mixesBatch('treats axis 0 as a batch that the model does not have');
  const oneD = rank === 3;
  return { channels: x.shape[1]!, size: oneD ? [1, x.shape[2]!] : [x.shape[2]!, x.shape[3]!], oneD };
}

/** Reads strides, pads, dilations, auto_pad and ceil_mode of the node; throws where no output would be left. */
export function windowsOf(view: NodeView, x: Activation, kernelShape: readonly number[]): Windows {
  const { channels, size, oneD } = spatialInput(view, x);
  const rank = oneD ? 1 : 2;
  const pair = (values: readonly number[], fill: number): Pair =>
    oneD ? [fill, values[0]!] : [values[0]!, values[1]!];
  const list = (
    name: string,
    values: readonly number[] | null,
    length: number,
    fallback: number,
    least: number,
  ) => {
    const result = values === null || values.length === 0 ? new Array<number>(length).fill(fallback) : values;
    if (result.length !== length || result.some((value) => value < least)) {
      throw view.bad(
        `attribute "${name}" is wrong`,
        `${length} integers of at least ${least}`,
        `[${result.join(', ')}]`,
      );
    }
    return result;
  };
  const kernel = pair(list('kernel_shape', kernelShape, rank, 0, 1), 1);
  const strides = pair(list('strides', view.attrInts('strides'), rank, 1, 1), 1);
  const dilations = pair(list('dilations', view.attrInts('dilations'), rank, 1, 1), 1);
  const pads = list('pads', view.attrInts('pads'), 2 * rank, 0, 0);
  const mode = view.attrString('auto_pad', 'NOTSET');
  const same = mode === 'SAME_UPPER' || mode === 'SAME_LOWER';
  if (mode !== 'NOTSET' && pads.some((value) => value !== 0)) {
    throw view.bad(
      'auto_pad and pads are both given',
      'one of them',
      `auto_pad = ${mode}, pads = [${pads.join(', ')}]`,
    );
  }
  const dilated = dilations[0] !== 1 || dilations[1] !== 1;
  if (same && dilated) {
    throw view.unsupported(
      `auto_pad = ${mode} with dilations is not supported`,
      'export the model with explicit pads',
    );
  }
  const ceil = view.attrInt('ceil_mode', 0) !== 0;
  const axis = (i: 0 | 1): { out: number; begin: number; end: number } => {
    const extent = (kernel[i] - 1) * dilations[i] + 1;
    if (same) {
      const out = Math.ceil(size[i] / strides[i]);
      const total = (out - 1) * strides[i] + extent - size[i];
      // A negative total crops at both ends in onnxruntime and not at all by the standard; half of -1 is 0 in both.
      if (total < (view.op === 'Conv' ? -1 : 0)) {
        throw view.unsupported(
          `auto_pad = ${mode} with strides larger than the kernel is not supported`,
          'export the model with explicit pads',
          `total padding ${total}`,
        );
      }
      const half = Math.max(total, 0) / 2;
      const begin = mode === 'SAME_UPPER' ? Math.floor(half) : Math.ceil(half);
      return { out, begin, end: total - begin };
    }
    if (mode !== 'NOTSET' && mode !== 'VALID') {
      throw view.bad('attribute "auto_pad" is wrong', 'NOTSET, VALID, SAME_UPPER or SAME_LOWER', mode);
    }
    const padded = mode === 'NOTSET' && !(oneD && i === 0);
    const begin = padded ? pads[oneD ? 0 : i]! : 0;
    const end = padded ? pads[oneD ? 1 : i + 2]! : 0;
    if (view.op !== 'Conv' && Math.max(begin, end) >= kernel[i]) {
      throw view.bad(
        'pads are as large as the kernel',
        `pads below ${kernel[i]}`,
        String(Math.max(begin, end)),
      );
    }
    const room = size[i] + begin + end - extent;
    if (room < 0)
      throw view.bad(
        'the kernel is larger than the padded input',
        `at most ${size[i] + begin + end}`,
        String(extent),
      );
    if (ceil && room % strides[i] !== 0) {
      throw view.unsupported(
        'ceil_mode = 1 with a last window that sticks out is not supported',
        'pad the input instead',
      );
    }
    return { out: Math.floor(room / strides[i]) + 1, begin, end };
  };
  const vertical = axis(0);
  const horizontal = axis(1);
  return {
    channels,
    inSize: size,
    outSize: [vertical.out, horizontal.out],
    kernel,
    strides,
    dilations,
    padBegin: [vertical.begin, horizontal.begin],
    padEnd: [vertical.end, horizontal.end],
    outShape: (outChannels) => [
      1,
      outChannels,
      ...(oneD ? [horizontal.out] : [vertical.out, horizontal.out]),
    ],
  };
}

/** Flat input indices in every pooling window, row by row; padding is left out. */
export function windowElements(view: NodeView, windows: Windows): { rowStart: Int32Array; col: Int32Array } {
  const { channels, inSize, outSize, kernel, strides, dilations, padBegin } = windows;
  checkSize(channels * outSize[0] * outSize[1]);
  const rowStart = new Int32Array(channels * outSize[0] * outSize[1] + 1);
  const col: number[] = [];
  let row = 0;
  for (let c = 0; c < channels; c++) {
    for (let oy = 0; oy < outSize[0]; oy++) {
      for (let ox = 0; ox < outSize[1]; ox++) {
        const before = col.length;
        for (let ky = 0; ky < kernel[0]; ky++) {
          const y = oy * strides[0] - padBegin[0] + ky * dilations[0];
          if (y < 0 || y >= inSize[0]) continue;
          for (let kx = 0; kx < kernel[1]; kx++) {
            const x = ox * strides[1] - padBegin[1] + kx * dilations[1];
            if (x >= 0 && x < inSize[1]) col.push((c * inSize[0] + y) * inSize[1] + x);
          }
        }
        if (col.length === before)
          throw view.unsupported('a pooling window lies in the padding entirely', 'use less padding');
        rowStart[++row] = col.length;
      }
    }
  }
  return { rowStart, col: Int32Array.from(col) };
}
