/** What splitting a neuron gained so far, per neuron and side: gains per unit of what the ranking predicted. */
import type { TensorId } from '../../network/network.js';

interface Record {
  low: number;
  high: number;
  lowCount: number;
  highCount: number;
}

export class Pseudocosts {
  readonly #records = new Map<string, Record>();

  observe(tensor: TensorId, index: number, side: 'low' | 'high', gain: number): void {
    const record = this.#record(tensor, index);
    if (side === 'low') {
      record.low += gain;
      record.lowCount++;
    } else {
      record.high += gain;
      record.highCount++;
    }
  }

  /** Mean gains of both sides, or null below `needed` observations on either. */
  known(
    tensor: TensorId,
    index: number,
    needed: number,
  ): { readonly low: number; readonly high: number } | null {
    const record = this.#records.get(`${tensor}/${index}`);
    if (record === undefined || record.lowCount < needed || record.highCount < needed) return null;
    return { low: record.low / record.lowCount, high: record.high / record.highCount };
  }

  #record(tensor: TensorId, index: number): Record {
    const key = `${tensor}/${index}`;
    const known = this.#records.get(key);
    if (known !== undefined) return known;
    const fresh = { low: 0, high: 0, lowCount: 0, highCount: 0 };
    this.#records.set(key, fresh);
    return fresh;
  }
}
