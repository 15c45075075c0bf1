/** A reason that many cones share is said once, and what would help is named. */
import { describe, expect, it } from 'vitest';
import { cone } from '../../src/api/cone.js';
import { coneText } from '../../src/report/text/cone.js';

describe('cones of a network with biases', () => {
  it('one reason for all of them, and the way out', async () => {
    const options = { model: 'models/iris.onnx', data: 'models/iris.csv', most: 10 } as const;
    const document = await cone({ ...options, combinations: 'conic' });
    expect(document.cones.length).toBeGreaterThan(3);
    expect(document.cones.every(({ holds }) => !holds)).toBe(true);
    const text = coneText(document);
    expect(text.match(/without constants/g)).toHaveLength(1);
    expect(text).toContain(`${document.cones.length} cones: `);
    expect(text).toContain('--convex');
    // The advice is good: the hulls of these points are shown.
    const convex = await cone({ ...options, combinations: 'convex' });
    expect(convex.cones.some(({ holds }) => holds)).toBe(true);
    expect(coneText(convex)).not.toContain('--convex');
  });
});
