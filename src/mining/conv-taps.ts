/** Input elements under the taps of a convolution. */
import type { ConvMap } from '../network/network.js';

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
