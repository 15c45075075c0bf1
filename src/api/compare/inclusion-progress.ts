/** What `verify` tells about queries, in the words of inclusions: which one, and which of its literals. */
import type { Progress } from '../progress.js';
import { type Inclusion, missingLiterals } from './inclusion-query.js';

const VERDICTS: Readonly<Record<string, string>> = {
  holds: 'proved',
  violated: 'refuted',
  unknown: 'unknown',
};

/** Lines about anything else go through as they are. */
export function inclusionProgress(inclusions: readonly Inclusion[], progress: Progress): Progress {
  const known = new Map(
    inclusions.map((inclusion, i) => [
      inclusion.name,
      { place: `${i + 1} of ${inclusions.length}`, literals: missingLiterals(inclusion).length },
    ]),
  );
  return {
    ...progress,
    step: (what, done, total, detail) => {
      const [, name = '', number = ''] = /^deciding query\/(.*)\/(\d+)$/s.exec(what) ?? [];
      const found = known.get(name);
      if (found === undefined) progress.step(what, done, total, detail);
      else
        progress.step(
          `deciding ${name} (inclusion ${found.place}), literal`,
          Number(number) + 1,
          found.literals,
          detail,
        );
    },
    note: (line) => {
      const [, name = '', verdict = ''] = /^query\/(.*): (\w+)$/s.exec(line) ?? [];
      const found = known.get(name);
      progress.note(found === undefined ? line : `${name}: ${VERDICTS[verdict] ?? verdict}`);
    },
  };
}
