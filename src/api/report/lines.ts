/** Lines of properties in the text of a certificate, for systems that point at lines. */

/**
 * Line of the property with this id, found from one call to the next in the order of the file; 1 if the text writes
 * ids in another way.
 */
export function lineFinder(text: string): (id: string) => number {
  let offset = Math.max(0, text.indexOf('"properties"'));
  let line = countBreaks(text, 0, offset) + 1;
  return (id) => {
    const at = text.indexOf(`"id": ${JSON.stringify(id)}`, offset);
    if (at < 0) return 1;
    line += countBreaks(text, offset, at);
    offset = at;
    return line;
  };
}

function countBreaks(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
