/** PNG pictures of samples, for people to look at; values are clamped to [0, 1] and rounded to 8 bits. */
import { PNG } from 'pngjs';
import { InputError } from '../util/errors.js';

/** How a sample of some feature shape lies in a picture. */
export interface ImageLayout {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** Distance between the channels and between the pixels of one channel, in elements. */
  readonly channelStride: number;
  readonly pixelStride: number;
}

/** Values of one sample in the order of its feature shape. */
export interface Picture {
  readonly values: ArrayLike<number>;
  readonly layout: ImageLayout;
}

/**
 * Layout of [H, W], [1 or 3, H, W] (CHW), [H, W, 1 or 3] (HWC), or a flat square of at least 4 x 4 (784 is
 * 28 x 28); null for shapes that are no picture. Leading sides of 1 are ignored where a picture remains.
 */
export function imageLayout(shape: readonly number[]): ImageLayout | null {
  if (shape.length > 3 && shape[0] === 1) return imageLayout(shape.slice(1));
  const [a, b, c] = shape;
  if (shape.length === 3) {
    if (isChannels(a)) return layout(a, b!, c!, b! * c!, 1);
    return isChannels(c) ? layout(c, a!, b!, 1, c) : null;
  }
  if (shape.length === 2 && a! > 1) return layout(1, a!, b!, a! * b!, 1);
  const size = shape.length === 2 ? b : shape.length === 1 ? a : undefined;
  const side = Math.round(Math.sqrt(size ?? 0));
  return side >= 4 && side * side === size ? layout(1, side, side, size, 1) : null;
}

/** PNG bytes of one picture, every pixel drawn as a square of `factor` x `factor`. */
export function pictureToPng(picture: Picture, factor = 8): Uint8Array {
  return picturesToPng([picture], factor);
}

/**
 * PNG bytes of pictures side by side, tops aligned, a gray gap between them: a counterexample beside the
 * nearest sample that follows the pattern.
 * @throws InputError when the picture would be empty or too large, or a value is not finite
 */
export function picturesToPng(pictures: readonly Picture[], factor = 8): Uint8Array {
  const gap = factor;
  const width = pictures.reduce((sum, { layout: l }) => sum + l.width * factor, gap * (pictures.length - 1));
  const height = Math.max(0, ...pictures.map(({ layout: l }) => l.height * factor));
  if (!Number.isInteger(factor) || factor < 1 || !(width > 0 && height > 0) || width * height > 2 ** 26) {
    throw new InputError('a picture of this size cannot be drawn', {
      expected: 'an integer factor of at least 1 and at most 2^26 pixels',
      found: `factor ${factor}, ${width} x ${height}`,
    });
  }
  const image = new PNG({ width, height, colorType: 2 });
  image.data.fill(128);
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255;
  let left = 0;
  for (const picture of pictures) {
    draw(image, picture, factor, left);
    left += picture.layout.width * factor + gap;
  }
  const gray = pictures.every(({ layout: l }) => l.channels === 1);
  return PNG.sync.write(image, { colorType: gray ? 0 : 2 });
}

function draw(image: PNG, { values, layout: l }: Picture, factor: number, left: number): void {
  for (let y = 0; y < l.height * factor; y++) {
    for (let x = 0; x < l.width * factor; x++) {
      const pixel = Math.floor(y / factor) * l.width + Math.floor(x / factor);
      for (let c = 0; c < 3; c++) {
        const channel = l.channels === 1 ? 0 : c;
        const value = values[channel * l.channelStride + pixel * l.pixelStride];
        image.data[4 * (y * image.width + left + x) + c] = toByte(value, pixel);
      }
    }
  }
}

function toByte(value: number | undefined, pixel: number): number {
  if (value === undefined || !Number.isFinite(value)) {
    throw new InputError('a pixel has no value to draw', {
      place: `pixel ${pixel}`,
      expected: 'a finite number',
      found: String(value),
    });
  }
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

function isChannels(side: number | undefined): side is 1 | 3 {
  return side === 1 || side === 3;
}

function layout(
  channels: 1 | 3,
  height: number,
  width: number,
  channelStride: number,
  pixelStride: number,
): ImageLayout | null {
  return height > 0 && width > 0 ? { channels, height, width, channelStride, pixelStride } : null;
}
