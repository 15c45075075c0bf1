import { describe, expect, it } from 'vitest';
import { METHODS } from '../../src/learning/minimize.js';
import { minimizeClass } from '../../src/learning/minimize-class.js';
import { ACTIVE, FREE, INACTIVE, literalCount } from '../../src/nap/nap.js';
import { denseRows, linear, network, relu } from '../helpers/layers.js';
import { BOX, isTrue, randomClassifier } from './tiny.js';

const common = {
  box: BOX,
  margin: 1e-6,
  seconds: 20,
  maxMemoryBytes: 4e9,
  signal: new AbortController().signal,
};

describe.each(METHODS)('minimize by %s', (method) => {
  it('finds the known minimum: one literal of four', async () => {
    // Logits a0 + a1 + 1/2 and 2 a2 + a3, where a3 is off for any input of the box: with a2 off, class 0 leads by 1/2.
    const net = network(
      [2, 4, 4, 2],
      [
        linear(
          [0],
          1,
          denseRows([
            [1, 0],
            [0, 1],
            [1, 1],
            [1, 0],
          ]),
          [0, 0, 0, -5],
        ),
        relu(1, 2),
        linear(
          [2],
          3,
          denseRows([
            [1, 1, 0, 0],
            [0, 0, 2, 1],
          ]),
          [0.5, 0],
        ),
      ],
    );
    const phases = Int8Array.of(ACTIVE, ACTIVE, INACTIVE, INACTIVE);
    const result = await minimizeClass({ ...common, network: net, label: 0, phases, method });
    // The empty set and each other single literal are false: at x = (1, 0) the logits are 3/2 and 2.
    expect(result?.undecided).toBe(0);
    expect(literalCount(result!.phases)).toBe(1);
    expect(result!.phases[2]).toBe(INACTIVE);
  });

  it('leaves true sets, and sets without a needless literal where the whole network was the proof', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const net = randomClassifier(seed);
      for (const label of [0, 1, 2]) {
        for (const phases of [Int8Array.of(1, -1, 1, -1), Int8Array.of(-1, -1, 1, 1)]) {
          if (!isTrue(net, label, phases)) continue;
          const result = await minimizeClass({ ...common, network: net, label, phases, method });
          if (result === null) continue;
          expect(isTrue(net, label, result.phases)).toBe(true);
          if (result.undecided > 0 || result.start !== net.input) continue;
          for (let n = 0; n < 4; n++) {
            if (result.phases[n] === FREE) continue;
            const fewer = result.phases.slice();
            fewer[n] = FREE;
            expect(isTrue(net, label, fewer)).toBe(false);
          }
        }
      }
    }
  });
});
