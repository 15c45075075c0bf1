/** Numbers and words as people read them. */

/** `97.53 %`; `-` where there is nothing to divide by. */
export function percent(value: number | null): string {
  return value === null ? '-' : `${(100 * value).toFixed(2)} %`;
}

/** `1 neuron`, `3 neurons`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${integer(count)} ${count === 1 ? one : many}`;
}

/** `1,234,567`. */
export function integer(value: number): string {
  return value.toLocaleString('en-US');
}

/** `[3, 32, 32]`; dynamic dimensions keep their name or show `?`. */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.map((side) => (side === '' ? '?' : side)).join(', ')}]`;
}

/** Four significant digits, in exponent form where that is shorter: `0.1234`, `1.2e-9`. */
export function short(value: number): string {
  return Number(value.toPrecision(4)).toString();
}

export function seconds(value: number): string {
  return value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(1)} s`;
}
