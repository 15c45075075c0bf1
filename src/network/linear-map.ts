/** Products with the three kinds of linear maps, without materialising convolutions. */
import { assertNever } from '../util/errors.js';
import type { ConvMap, LinearMap } from './network.js';

/** Calls `visit(column, weight)` for the stored terms of one row; terms of weight 0 may be left out. */
export function forEachTerm(map: LinearMap, row: number, visit: (col: number, weight: number) => void): void {
  switch (map.kind) {
    case 'dense': {
      const start = row * map.cols;
      for (let j = 0; j < map.cols; j++) {
        const weight = map.weight[start + j]!;
        if (weight !== 0) visit(j, weight);
      }
      return;
    }
    case 'sparse':
      for (let k = map.rowStart[row]!; k < map.rowStart[row + 1]!; k++) visit(map.col[k]!, map.weight[k]!);
      return;
    case 'conv':
      convTerms(map, row, visit);
      return;
    default:
      assertNever(map, 'map');
  }
}

/** out = W x. Sums run over columns in ascending order within a row. */
export function applyMap(map: LinearMap, x: Float64Array, out: Float64Array): void {
  switch (map.kind) {
    case 'dense': {
      const { rows, cols, weight } = map;
      for (let i = 0, k = 0; i < rows; i++) {
        let sum = 0;
        for (let j = 0; j < cols; j++, k++) sum += weight[k]! * x[j]!;
        out[i] = sum;
      }
      return;
    }
    case 'sparse': {
      const { rows, rowStart, col, weight } = map;
      for (let i = 0; i < rows; i++) {
        let sum = 0;
        for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++) sum += weight[k]! * x[col[k]!]!;
        out[i] = sum;
      }
      return;
    }
    case 'conv':
      out.fill(0, 0, map.rows);
      convRuns(map, (weight, row, col, count, stride) => {
        for (let i = 0, j = col; i < count; i++, j += stride) out[row + i] = out[row + i]! + weight * x[j]!;
      });
      return;
    default:
      assertNever(map, 'map');
  }
}

/** out = W^T y (overwrites out). */
export function applyTranspose(map: LinearMap, y: Float64Array, out: Float64Array): void {
  out.fill(0, 0, map.cols);
  switch (map.kind) {
    case 'dense': {
      const { rows, cols, weight } = map;
      for (let i = 0; i < rows; i++) {
        const factor = y[i]!;
        if (factor === 0) continue;
        const start = i * cols;
        for (let j = 0; j < cols; j++) out[j] = out[j]! + factor * weight[start + j]!;
      }
      return;
    }
    case 'sparse': {
      const { rows, rowStart, col, weight } = map;
      for (let i = 0; i < rows; i++) {
        for (let k = rowStart[i]!; k < rowStart[i + 1]!; k++)
          out[col[k]!] = out[col[k]!]! + y[i]! * weight[k]!;
      }
      return;
    }
    case 'conv':
      convRuns(map, (weight, row, col, count, stride) => {
        for (let i = 0, j = col; i < count; i++, j += stride) out[j] = out[j]! + weight * y[row + i]!;
      });
      return;
    default:
      assertNever(map, 'map');
  }
}

/** The map with every weight replaced by its magnitude. */
export function absoluteMap<M extends LinearMap>(map: M): M {
  return { ...map, weight: map.weight.map(Math.abs) };
}

function convTerms(map: ConvMap, row: number, visit: (col: number, weight: number) => void): void {
  const { outHeight, outWidth, inHeight, inWidth, kernelHeight, kernelWidth } = map;
  const channel = Math.floor(row / (outHeight * outWidth));
  const oy = Math.floor(row / outWidth) % outHeight;
  const ox = row % outWidth;
  const perGroup = map.inChannels / map.groups;
  const firstIn = Math.floor(channel / (map.outChannels / map.groups)) * perGroup;
  for (let c = 0; c < perGroup; c++) {
    for (let ky = 0; ky < kernelHeight; ky++) {
      const y = oy * map.strides[0] - map.padTop + ky * map.dilations[0];
      if (y < 0 || y >= inHeight) continue;
      for (let kx = 0; kx < kernelWidth; kx++) {
        const x = ox * map.strides[1] - map.padLeft + kx * map.dilations[1];
        if (x < 0 || x >= inWidth) continue;
        const weight = map.weight[((channel * perGroup + c) * kernelHeight + ky) * kernelWidth + kx]!;
        visit(((firstIn + c) * inHeight + y) * inWidth + x, weight);
      }
    }
  }
}

/**
 * All terms of a convolution, kernel element by kernel element: runs of `count` rows from `row` on, whose columns begin at
 * `col` and are `stride` apart, all with one weight. A call per run instead of per term is several times as fast.
 */
function convRuns(
  map: ConvMap,
  visit: (weight: number, row: number, col: number, count: number, stride: number) => void,
): void {
  const { outHeight, outWidth, inHeight, inWidth, kernelHeight, kernelWidth } = map;
  const [strideY, strideX] = map.strides;
  const perGroup = map.inChannels / map.groups;
  const outPerGroup = map.outChannels / map.groups;
  for (let channel = 0, k = 0; channel < map.outChannels; channel++) {
    const firstIn = Math.floor(channel / outPerGroup) * perGroup;
    for (let c = 0; c < perGroup; c++) {
      for (let ky = 0; ky < kernelHeight; ky++) {
        for (let kx = 0; kx < kernelWidth; kx++, k++) {
          const weight = map.weight[k]!;
          const dx = kx * map.dilations[1] - map.padLeft;
          const first = Math.max(0, Math.ceil(-dx / strideX));
          const last = Math.min(outWidth - 1, Math.floor((inWidth - 1 - dx) / strideX));
          if (last < first) continue;
          for (let oy = 0; oy < outHeight; oy++) {
            const y = oy * strideY - map.padTop + ky * map.dilations[0];
            if (y < 0 || y >= inHeight) continue;
            const row = (channel * outHeight + oy) * outWidth;
            const col = ((firstIn + c) * inHeight + y) * inWidth + dx;
            visit(weight, row + first, col + first * strideX, last - first + 1, strideX);
          }
        }
      }
    }
  }
}
