import { describe, expect, it } from 'vitest';
import { type ImageLayout, imageLayout, picturesToPng, pictureToPng } from '../../src/dataset/png.js';
import { decodePng } from '../../src/dataset/png-pixels.js';

function layoutOf(shape: number[]): ImageLayout {
  const layout = imageLayout(shape);
  if (layout === null) throw new Error(`no picture: ${shape}`);
  return layout;
}

describe('pictures', () => {
  it('draws gray values clamped to [0, 1], each as a square', () => {
    const bytes = pictureToPng({ values: [-1, 0.2, 1, 7], layout: layoutOf([2, 2]) }, 2);
    const { channels, width, height, data } = decodePng(bytes);
    expect([channels, width, height]).toEqual([1, 4, 4]);
    const top = [0, 0, 51, 51];
    expect([...data]).toEqual([...top, ...top, ...new Array(8).fill(255)]);
  });

  it('draws CHW and HWC colour alike', () => {
    const chw = pictureToPng({ values: [1, 0, 0.2, 0.4, 0, 1], layout: layoutOf([3, 1, 2]) }, 1);
    const hwc = pictureToPng({ values: [1, 0.2, 0, 0, 0.4, 1], layout: layoutOf([2, 1, 3]) }, 1);
    expect([...decodePng(chw).data]).toEqual([255, 0, 51, 102, 0, 255]);
    expect([...decodePng(hwc).data]).toEqual([255, 0, 51, 102, 0, 255]);
  });

  it('puts pictures side by side with a gray gap', () => {
    const layout = layoutOf([4, 4]);
    const [black, white] = [new Float64Array(16), new Float64Array(16).fill(1)];
    const { width, height, data } = decodePng(
      picturesToPng(
        [
          { values: black, layout },
          { values: white, layout },
        ],
        1,
      ),
    );
    expect([width, height]).toEqual([9, 4]);
    expect([...data.subarray(0, 9)]).toEqual([0, 0, 0, 0, 128, 255, 255, 255, 255]);
  });

  it.each<[number[], [number, number, number] | null]>([
    [
      [28, 28],
      [1, 28, 28],
    ],
    [
      [1, 28, 28],
      [1, 28, 28],
    ],
    [
      [1, 1, 28, 28],
      [1, 28, 28],
    ],
    [
      [3, 32, 32],
      [3, 32, 32],
    ],
    [
      [32, 30, 3],
      [3, 32, 30],
    ],
    [[784], [1, 28, 28]],
    [
      [1, 784],
      [1, 28, 28],
    ],
    [[4], null],
    [[785], null],
    [[7, 5, 5], null],
    [[], null],
  ])('knows the layout of %j', (shape, expected) => {
    const layout = imageLayout(shape);
    expect(layout === null ? null : [layout.channels, layout.height, layout.width]).toEqual(expected);
  });

  it('refuses what cannot be drawn', () => {
    const layout = layoutOf([4, 4]);
    expect(() => pictureToPng({ values: new Float64Array(15), layout })).toThrow(/no value/);
    expect(() => pictureToPng({ values: new Float64Array(16).fill(Number.NaN), layout })).toThrow(/no value/);
    expect(() => pictureToPng({ values: new Float64Array(16), layout }, 0)).toThrow(/cannot be drawn/);
    expect(() => pictureToPng({ values: new Float64Array(16), layout }, 1e6)).toThrow(/cannot be drawn/);
    expect(() => picturesToPng([])).toThrow(/cannot be drawn/);
  });
});
