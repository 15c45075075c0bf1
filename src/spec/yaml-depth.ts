/**
 * Nesting and number of scalars of YAML text, measured without building it: the builder recurses, deep text would end
 * the process, and it takes many seconds for a million scalars.
 */
import { CST, Lexer } from 'yaml';
import { InputError } from '../util/errors.js';

const MAX_SCALARS = 200_000;

/**
 * Refuses text with more than 200,000 scalars and text in which collections nest deeper than `maxDepth`. Reads tokens only, in one pass. Block collections are
 * counted by columns, which may miss half of them (a sequence may stand in the column of its key), never more.
 * @throws InputError with line and column
 */
export function refuseDeepNesting(text: string, file: string, maxDepth: number): void {
  const columns: number[] = [];
  let flow = 0;
  let line = 1;
  let column = 0;
  let lineStart: number | null = null;
  let indicators = 0;
  let isScalar = false;
  let scalars = 0;
  for (const token of new Lexer().lex(text)) {
    const type: CST.TokenType | null = isScalar ? null : CST.tokenType(token);
    // The lexer puts a mark before a plain scalar, which the library calls `scalar`; quoted ones have no mark.
    isScalar = type === 'scalar' && token === CST.SCALAR;
    if (type === 'scalar' || type === 'single-quoted-scalar' || type === 'double-quoted-scalar') scalars++;
    if (scalars > MAX_SCALARS) {
      throw new InputError('too many values for YAML', {
        file,
        place: `line ${line}, column ${column + 1}`,
        expected: `at most ${MAX_SCALARS}; JSON may have more`,
        found: 'more',
      });
    }
    if (isScalar || type === 'doc-mode' || type === 'flow-error-end') continue;
    if (type !== 'space' && type !== 'newline') lineStart ??= column;
    if (type === 'flow-map-start' || type === 'flow-seq-start') flow++;
    else if (type === 'flow-map-end' || type === 'flow-seq-end') flow = Math.max(0, flow - 1);
    else if (type === 'doc-start' || type === 'doc-end') columns.length = 0;
    else if (type === 'map-value-ind' || type === 'seq-item-ind' || type === 'explicit-key-ind') {
      // The key of a mapping begins its line, unless another indicator stands before it.
      const at = type === 'map-value-ind' && indicators === 0 ? (lineStart ?? column) : column;
      while (columns.length > 0 && columns[columns.length - 1]! >= at) columns.pop();
      columns.push(at);
      indicators++;
    }
    if (columns.length + flow > maxDepth) {
      throw new InputError('nested too deeply', {
        file,
        place: `line ${line}, column ${column + 1}`,
        expected: `at most ${maxDepth} levels`,
      });
    }
    const newline = token.lastIndexOf('\n');
    if (newline < 0) {
      column += token.length;
      continue;
    }
    for (let i = 0; i <= newline; i++) if (token[i] === '\n') line++;
    column = token.length - newline - 1;
    lineStart = null;
    indicators = 0;
  }
}
