/** Words that a certificate's author chose freely: labels of points, names of files, reasons. No check looks at them. */

/** In quotes, with those in it escaped, so that nobody takes the words for the program's own. */
export function inQuotes(words: string): string {
  return JSON.stringify(words);
}

/** `counterexample, labelled "mnist#17" in the certificate,`: the point is checked, its label is not. */
export function labelled(source: string): string {
  return `labelled ${inQuotes(source)} in the certificate`;
}
