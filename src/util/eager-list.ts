/** Lists in schemas of files that others wrote. */
import { z } from 'zod';

interface EagerList<T extends z.ZodType> extends z.ZodArray<T> {}

const EagerArray = z.core.$constructor<EagerList<z.ZodType>, z.core.$ZodArrayDef>(
  'EagerList',
  (inst, def) => {
    z.ZodArray.init(inst, def as never);
    const element = def.element;
    inst._zod.parse = (payload, context) => {
      const input: unknown = payload.value;
      if (!Array.isArray(input)) {
        payload.issues.push({ code: 'invalid_type', expected: 'array', input, inst });
        return payload;
      }
      const values: unknown[] = new Array(input.length);
      for (let i = 0; i < input.length; i++) {
        const result = element._zod.run({ value: input[i], issues: [] }, context);
        if (result instanceof Promise) throw new Error('a list of asynchronous schemas');
        if (result.issues.length > 0) {
          payload.issues.push(...z.core.util.prefixIssues(i, result.issues));
          return payload;
        }
        values[i] = result.value;
      }
      payload.value = values as never;
      return payload;
    };
  },
);

/**
 * As `z.array`, but the first wrong item ends it: `z.array` keeps an issue for each, gigabytes for a hostile file of a
 * few megabytes.
 */
export function eagerList<T extends z.ZodType>(element: T): z.ZodArray<T> {
  return new EagerArray({ type: 'array', element }) as unknown as z.ZodArray<T>;
}
