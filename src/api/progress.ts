/** How long work tells what it is doing. Implemented by the terminal; tests and programs may stay silent. */
export interface Progress {
  /**
   * The current activity, replacing the one before. Cheap to call often: printing is throttled.
   * @param what in words, for example `deciding non-misclassification/3/5`
   * @param done units finished, of `total`
   * @param detail how far this one is, for as long as it lasts
   */
  readonly step: (what: string, done?: number, total?: number, detail?: string) => void;
  /** A line to keep: something finished or noteworthy. */
  readonly note: (line: string) => void;
  /** Called often while an obligation takes long. */
  readonly reached?: (reached: Reached) => void;
}

/** How far the search for one proof is. Figures are best so far, in floating point: none of them is evidence. */
export interface Reached {
  /** Of the obligation. */
  readonly id: string;
  readonly seconds: number;
  readonly stage: 'suffix' | 'bounds' | 'points' | 'inputs' | 'cubes' | 'search' | 'milp';
  readonly nodes: number | null;
  readonly closedShare: number | null;
  /** Least lead of the own logit over the competitor that is excluded below. */
  readonly margin: number | null;
  /** Least lead that was met at a point. */
  readonly nearest: number | null;
}

export const silentProgress: Progress = Object.freeze({ step: () => {}, note: () => {} });
