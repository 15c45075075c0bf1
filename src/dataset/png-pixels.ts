/** The pixels of a PNG file as bytes in CHW order. */
import { PNG } from 'pngjs';
import { InputError } from '../util/errors.js';
import { MAX_PNG_SIDE } from './limits.js';

export interface Pixels {
  /** 1 for grayscale files, 3 for colour (also with a palette). */
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** channels x height x width. */
  readonly data: Uint8Array;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Decodes a PNG of at most 8 bits per channel without transparency. Interlaced files are refused because
 * their decoded size cannot be bounded beforehand, 16-bit ones because the decoder would round them.
 * @throws InputError (without a file name)
 */
export function decodePng(bytes: Uint8Array): Pixels {
  checkHeader(bytes);
  let image: PNG;
  try {
    image = PNG.sync.read(Buffer.from(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError('the PNG is damaged', { expected: 'a complete PNG', found: reason });
  }
  const { width, height, data } = image;
  const size = width * height;
  const channels = bytes[25] === 0 || bytes[25] === 4 ? 1 : 3;
  const out = new Uint8Array(channels * size);
  for (let i = 0; i < size; i++) {
    if (data[4 * i + 3] !== 255) {
      throw new InputError('transparent pixels have no one value', {
        place: `pixel (${i % width}, ${Math.floor(i / width)})`,
        expected: 'alpha 255',
        found: `alpha ${data[4 * i + 3]}`,
      });
    }
    for (let c = 0; c < channels; c++) out[c * size + i] = data[4 * i + c]!;
  }
  return { channels, height, width, data: out };
}

/** Refuses by the header alone, before anything is decompressed. */
function checkHeader(bytes: Uint8Array): void {
  if (bytes.length < 33 || SIGNATURE.some((byte, i) => bytes[i] !== byte)) {
    throw new InputError('not a PNG', { place: 'bytes 0 to 7', expected: 'the PNG signature and header' });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height, depth, interlace] = [view.getUint32(16), view.getUint32(20), bytes[24], bytes[28]];
  if (width < 1 || height < 1 || width > MAX_PNG_SIDE || height > MAX_PNG_SIDE) {
    throw new InputError('an image of this size is not supported', {
      place: 'header',
      expected: `sides from 1 to ${MAX_PNG_SIDE}`,
      found: `${width} x ${height}`,
    });
  }
  if (depth === undefined || depth > 8 || interlace !== 0) {
    throw new InputError('this kind of PNG is not supported', {
      place: 'header',
      expected: 'at most 8 bits per channel, not interlaced',
      found: interlace !== 0 ? 'an interlaced image' : `${depth} bits per channel`,
    });
  }
}
