import { describe, expect, it } from 'vitest';
import { toTensorLiterals } from '../../src/nap/nap.js';
import { napDigest, naps, toPhases } from '../../src/nap/nap-literals.js';
import { faultOf } from '../helpers/fault-of.js';
import { network, sample } from './sample-file.js';

describe('literals of a network', () => {
  it('become phases by neuron number, and back', () => {
    const [first, second] = naps(network, sample());
    expect([...first!.phases]).toEqual([1, -1, 0, 1, -1, 0, -1]);
    expect([first!.class, second!.class]).toEqual([0, 2]);
    expect([...second!.phases]).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(toTensorLiterals(network, first!.phases)).toEqual(sample().classes[0]!.literals);
  });

  const entry = (literals: { tensor: string; active: number[]; inactive: number[] }[], label = 0) => ({
    class: label,
    literals,
  });
  it.each<[string, ReturnType<typeof entry>, RegExp, string]>([
    [
      'unknown tensor',
      entry([{ tensor: 'h3', active: [0], inactive: [] }]),
      /no ReLU layer/,
      'class 0.literals[0].tensor',
    ],
    [
      'tensor that is no pre-activation',
      entry([{ tensor: 'out', active: [0], inactive: [] }]),
      /no ReLU layer/,
      'class 0.literals[0].tensor',
    ],
    [
      'index out of range',
      entry([{ tensor: 'h2', active: [], inactive: [1, 3] }]),
      /out of range/,
      'class 0.literals[0].inactive[1]',
    ],
    ['class out of range', entry([], 3), /no such class/, 'class 3.class'],
    [
      'active and inactive',
      entry([{ tensor: 'h2', active: [1], inactive: [1] }]),
      /both active and inactive/,
      'class 0.literals[0]',
    ],
    [
      'unsorted',
      entry([{ tensor: 'h2', active: [1, 0], inactive: [] }]),
      /ascending/,
      'class 0.literals[0].active[1]',
    ],
    [
      'NaN index',
      entry([{ tensor: 'h2', active: [Number.NaN], inactive: [] }]),
      /out of range/,
      'class 0.literals[0].active[0]',
    ],
  ])('are refused: %s', (_, literals, message, place) => {
    const error = faultOf(() => toPhases(network, literals));
    expect(error.message).toMatch(message);
    expect(error.fault.place).toBe(place);
  });

  it('have a digest that depends on the literals only', () => {
    const phases = toPhases(network, sample().classes[0]!);
    const emptyEntry = { class: 1, literals: [...sample().classes[0]!.literals].reverse() };
    expect(napDigest(network, toPhases(network, emptyEntry))).toBe(napDigest(network, phases));
    const seen = new Set([napDigest(network, phases)]);
    for (let neuron = 0; neuron < phases.length; neuron++) {
      for (const phase of [-1, 0, 1]) {
        const changed = Int8Array.from(phases);
        changed[neuron] = phase;
        seen.add(napDigest(network, changed));
      }
    }
    // Two other phases for each of seven neurons, and the original.
    expect(seen.size).toBe(15);
    expect(() => napDigest(network, new Int8Array(6))).toThrow(/another network/);
  });
});
