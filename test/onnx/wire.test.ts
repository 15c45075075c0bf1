/** The wire reader on the examples of the protobuf documentation, and against the writer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH, WireReader } from '../../src/onnx/wire-reader.js';
import { WireWriter } from '../../src/onnx/wire-writer.js';
import { InputError } from '../../src/util/errors.js';

const reader = (...bytes: number[]) => new WireReader(Uint8Array.from(bytes));

describe('examples of the protobuf documentation', () => {
  it('08 96 01 is field 1 = 150', () => {
    const r = reader(0x08, 0x96, 0x01);
    const field = r.next()!;
    expect(field).toMatchObject({ number: 1, wire: 'varint' });
    expect(r.int(field)).toBe(150);
    expect(r.next()).toBeNull();
  });

  it('12 07 "testing" is field 2', () => {
    const r = reader(0x12, 0x07, ...new TextEncoder().encode('testing'));
    expect(r.string(r.next()!)).toBe('testing');
  });

  it('32 06 03 8e 02 9e a7 05 is the packed list 3, 270, 86942', () => {
    const r = reader(0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05);
    const list: bigint[] = [];
    r.ints(r.next()!, list);
    expect(list).toEqual([3n, 270n, 86942n]);
  });

  it('ten bytes ff..01 are -1', () => {
    const r = reader(0x08, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1);
    expect(r.int64(r.next()!)).toBe(-1n);
  });
});

describe('malformed bytes are input errors with an offset', () => {
  const cases: [string, number[], RegExp][] = [
    ['cut varint', [0x08, 0x96], /cut off/],
    ['varint of eleven bytes', [0x08, ...new Array(10).fill(0xff), 0x01], /too long/],
    ['length beyond the end', [0x12, 0x07, 0x41], /cut off/],
    ['huge length', [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], /cut off/],
    ['group', [0x0b], /wire type/],
    ['wire type 7', [0x0f], /wire type/],
    ['field number 0', [0x00, 0x01], /field number/],
    ['cut fixed32', [0x0d, 1, 2], /cut off/],
    ['cut fixed64', [0x09, 1, 2], /cut off/],
    ['bad UTF-8', [0x12, 0x01, 0xff], /UTF-8/],
  ];
  for (const [name, bytes, message] of cases) {
    it(name, () => {
      const read = () => {
        const r = reader(...bytes);
        for (let field = r.next(); field !== null; field = r.next()) {
          if (field.number === 2) r.string(field);
          else r.skip(field);
        }
      };
      expect(read).toThrow(InputError);
      expect(read).toThrow(message);
      try {
        read();
      } catch (error) {
        expect((error as InputError).fault.place).toMatch(/byte \d+/);
      }
    });
  }

  it('nesting is limited', () => {
    let bytes = new Uint8Array(0);
    for (let i = 0; i <= MAX_DEPTH; i++) bytes = Uint8Array.from(new WireWriter().bytes(1, bytes).finish());
    const descend = (r: WireReader): void => {
      const field = r.next();
      if (field !== null) descend(r.message(field, 'm'));
    };
    expect(() => descend(new WireReader(bytes))).toThrow(/nested too deeply/);
  });

  it('an integer beyond 53 bits is refused where a plain number is needed', () => {
    const bytes = new WireWriter().int(1, 2n ** 60n).finish();
    const r = new WireReader(bytes);
    expect(() => r.int(r.next()!)).toThrow(/out of range/);
  });
});

describe('writer and reader', () => {
  it('agree on integers, floats and strings', () => {
    const entry = fc.oneof(
      fc.record({
        kind: fc.constant('int' as const),
        value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      }),
      fc.record({ kind: fc.constant('float' as const), value: fc.float({ noNaN: true }) }),
      fc.record({ kind: fc.constant('string' as const), value: fc.string({ unit: 'grapheme' }) }),
    );
    const number = fc.integer({ min: 1, max: 0x1fffffff });
    fc.assert(
      fc.property(fc.array(fc.tuple(number, entry), { maxLength: 20 }), (entries) => {
        const writer = new WireWriter();
        for (const [id, item] of entries) {
          if (item.kind === 'int') writer.int(id, item.value);
          else if (item.kind === 'float') writer.float(id, item.value);
          else writer.string(id, item.value);
        }
        const r = new WireReader(writer.finish());
        for (const [id, item] of entries) {
          const field = r.next()!;
          expect(field.number).toBe(id);
          if (item.kind === 'int') expect(r.int64(field)).toBe(item.value);
          else if (item.kind === 'float') expect(r.float(field)).toBe(item.value);
          else expect(r.string(field)).toBe(item.value);
        }
        expect(r.next()).toBeNull();
      }),
    );
  });

  it('packed and unpacked lists of floats read alike', () => {
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    view.setFloat32(0, 1.5, true);
    view.setFloat32(4, -2, true);
    const packed = new WireReader(new WireWriter().bytes(7, bytes).finish());
    const listed = new WireReader(new WireWriter().float(7, 1.5).float(7, -2).finish());
    const [a, b]: [number[], number[]] = [[], []];
    packed.floats(packed.next()!, 4, a);
    for (let field = listed.next(); field !== null; field = listed.next()) listed.floats(field, 4, b);
    expect(a).toEqual([1.5, -2]);
    expect(b).toEqual(a);
  });
});
