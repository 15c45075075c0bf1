/** Rows of linear maps, whatever their storage. */
import type { ConvMap, LinearMap } from '../network/network.js';
import { assertNever } from '../util/errors.js';

/** Calls `visit` for the stored entries of one row; entries may be zero, columns do not repeat in conv and dense. */
export function visitRow(map: LinearMap, row: number, visit: (column: number, weight: number) => void): void {
  switch (map.kind) {
    case 'dense':
      for (let column = 0; column < map.cols; column++) visit(column, map.weight[row * map.cols + column]!);
      return;
    case 'sparse':
      for (let at = map.rowStart[row]!; at < map.rowStart[row + 1]!; at++)
        visit(map.col[at]!, map.weight[at]!);
      return;
    case 'conv':
      visitConvRow(map, row, visit);
      return;
    default:
      assertNever(map, 'linear map');
  }
}

function visitConvRow(map: ConvMap, row: number, visit: (column: number, weight: number) => void): void {
  const positions = map.outHeight * map.outWidth;
  const channel = Math.floor(row / positions);
  const group = Math.floor(channel / (map.outChannels / map.groups));
  const taps = kernelSize(map);
  for (let tap = 0; tap < taps; tap++) {
    const column = convColumn(map, group, row % positions, tap);
    if (column !== PADDING) visit(column, map.weight[channel * taps + tap]!);
  }
}

/** Not an input element: the constant 0 around it. */
export const PADDING = -1;

/** Weights of one output channel: (inChannels / groups) x kernelHeight x kernelWidth. */
export function kernelSize(map: ConvMap): number {
  return (map.inChannels / map.groups) * map.kernelHeight * map.kernelWidth;
}

/**
 * Input element under tap `tap` (row-major in channel of the group, kernel row, kernel column) of the
 * kernel at output position `position` (row-major), or {@link PADDING}.
 */
export function convColumn(map: ConvMap, group: number, position: number, tap: number): number {
  const area = map.kernelHeight * map.kernelWidth;
  const channel = (map.inChannels / map.groups) * group + Math.floor(tap / area);
  const kernelY = Math.floor((tap % area) / map.kernelWidth);
  const kernelX = tap % map.kernelWidth;
  const y = Math.floor(position / map.outWidth) * map.strides[0] - map.padTop + kernelY * map.dilations[0];
  const x = (position % map.outWidth) * map.strides[1] - map.padLeft + kernelX * map.dilations[1];
  if (y < 0 || y >= map.inHeight || x < 0 || x >= map.inWidth) return PADDING;
  return (channel * map.inHeight + y) * map.inWidth + x;
}
