/** How long work tells what it is doing. Implemented by the terminal; tests and programs may stay silent. */
export interface Progress {
  /**
   * The current activity, replacing the one before. Cheap to call often: printing is throttled.
   * @param what in words, for example `deciding non-misclassification/3/5`
   * @param done units finished, of `total`
   */
  readonly step: (what: string, done?: number, total?: number) => void;
  /** A line to keep: something finished or noteworthy. */
  readonly note: (line: string) => void;
}

export const silentProgress: Progress = Object.freeze({ step: () => {}, note: () => {} });
