/**
 * The rows of a linear map, one at a time, as pairs (input element, weight). The checker has its own reading
 * of dense, convolution and sparse maps: it shares no loop with the code whose results it checks.
 */
import type { ConvMap, LinearMap } from '../../network/network.js';
import { assertNever } from '../../util/errors.js';

/** Buffers that one row is written to. */
export interface RowBuffer {
  /** Flat input element of each entry. */
  readonly col: Int32Array;
  /** Index into `map.weight` of each entry. */
  readonly weightAt: Int32Array;
}

/** Buffers large enough for every row of the map. */
export function rowBuffer(map: LinearMap): RowBuffer {
  const size = longestRow(map);
  return { col: new Int32Array(size), weightAt: new Int32Array(size) };
}

function longestRow(map: LinearMap): number {
  switch (map.kind) {
    case 'dense':
      return map.cols;
    case 'conv':
      return (map.inChannels / map.groups) * map.kernelHeight * map.kernelWidth;
    case 'sparse': {
      let longest = 0;
      for (let row = 0; row < map.rows; row++) {
        longest = Math.max(longest, map.rowStart[row + 1]! - map.rowStart[row]!);
      }
      return longest;
    }
    default:
      return assertNever(map, 'linear map');
  }
}

/** Writes the entries of `row` into the buffer and returns their number. A sparse row may repeat a column. */
export function readRow(map: LinearMap, row: number, buffer: RowBuffer): number {
  const { col, weightAt } = buffer;
  switch (map.kind) {
    case 'dense':
      for (let j = 0; j < map.cols; j++) {
        col[j] = j;
        weightAt[j] = row * map.cols + j;
      }
      return map.cols;
    case 'conv':
      return readConvRow(map, row, buffer);
    case 'sparse': {
      const start = map.rowStart[row]!;
      const count = map.rowStart[row + 1]! - start;
      for (let j = 0; j < count; j++) {
        col[j] = map.col[start + j]!;
        weightAt[j] = start + j;
      }
      return count;
    }
    default:
      return assertNever(map, 'linear map');
  }
}

/** Kernel positions that fall on padding are left out: padding is 0. */
function readConvRow(map: ConvMap, row: number, { col, weightAt }: RowBuffer): number {
  const plane = map.outHeight * map.outWidth;
  const channel = Math.floor(row / plane);
  const top = Math.floor((row % plane) / map.outWidth) * map.strides[0] - map.padTop;
  const left = (row % map.outWidth) * map.strides[1] - map.padLeft;
  const depth = map.inChannels / map.groups;
  const firstIn = Math.floor(channel / (map.outChannels / map.groups)) * depth;
  let count = 0;
  for (let d = 0; d < depth; d++) {
    for (let ky = 0; ky < map.kernelHeight; ky++) {
      const y = top + ky * map.dilations[0];
      if (y < 0 || y >= map.inHeight) continue;
      for (let kx = 0; kx < map.kernelWidth; kx++) {
        const x = left + kx * map.dilations[1];
        if (x < 0 || x >= map.inWidth) continue;
        col[count] = ((firstIn + d) * map.inHeight + y) * map.inWidth + x;
        weightAt[count] = ((channel * depth + d) * map.kernelHeight + ky) * map.kernelWidth + kx;
        count++;
      }
    }
  }
  return count;
}
