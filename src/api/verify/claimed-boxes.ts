/** Where a model is compared with onnxruntime: the inputs that something is to be claimed about. */
import { type ClaimContext, compileProperty, domainBox } from '../../obligation/compile.js';
import type { Box } from '../../obligation/obligation.js';
import { sha256 } from '../../util/digest.js';
import type { Claims } from './claims.js';

/** Boxes besides the domain on which onnxruntime must agree before anything is decided. */
export const COMPARED_BOXES = 16;

/** The domain, and the boxes of the first obligations that have others: robustness balls, boxes of queries. */
export function claimedBoxes(context: ClaimContext, { properties }: Pick<Claims, 'properties'>): Box[] {
  const boxes = new Map<string, Box>();
  const add = (box: Box): void => {
    boxes.set(
      `${sha256(new Uint8Array(box.lower.slice().buffer))}${sha256(new Uint8Array(box.upper.slice().buffer))}`,
      box,
    );
  };
  add(domainBox(context.domain, context.network.tensors[context.network.input]!.size));
  for (const property of properties) {
    if (boxes.size > COMPARED_BOXES) break;
    for (const box of new Set(
      compileProperty({ ...context, arithmetic: 'real' }, property).map(({ box: own }) => own),
    ))
      add(box);
  }
  return [...boxes.values()].slice(0, COMPARED_BOXES + 1);
}
