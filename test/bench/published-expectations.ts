/** What is known of non-misclassification on the published classifiers, from independent computations. */

export interface ExpectedVerdicts {
  readonly net: string;
  readonly r: string;
  readonly holds: readonly number[];
  /** Class, and MNIST test images that follow its NAP and are classified otherwise. */
  readonly violated: Readonly<Record<number, readonly number[]>>;
}

export const VERDICTS: readonly ExpectedVerdicts[] = [
  { net: '256x4', r: '0.05', holds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], violated: {} },
  { net: '256x4', r: '0.01', holds: [0, 1, 4, 5, 6, 7], violated: { 3: [2174, 6174], 9: [3388, 4154] } },
  { net: '256x6', r: '0.05', holds: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], violated: {} },
];

export interface ExpectedMargins {
  readonly net: string;
  readonly r: string;
  /**
   * Exact least margin by class, to four digits: over all inputs that follow the literals of the last two hidden layers,
   * where these leave one non-negative scalar.
   */
  readonly margins: Readonly<Record<number, string>>;
}

const all = (...margins: readonly string[]): Readonly<Record<number, string>> => ({ ...margins });

export const MARGINS: readonly ExpectedMargins[] = [
  { net: '256x4', r: '0.01', margins: { 0: '0.9307', 1: '0.9855', 4: '0.7983', 5: '0.9357', 6: '0.9641' } },
  {
    net: '256x4',
    r: '0.05',
    margins: { 0: '0.9714', 1: '0.9855', 2: '0.9015', 4: '0.9718', 5: '0.9724', 6: '0.9695', 7: '0.9136' },
  },
  {
    net: '256x4',
    r: '0.15',
    margins: {
      ...{ 0: '0.9714', 1: '0.9855', 2: '0.9150', 4: '0.9738' },
      ...{ 5: '0.9724', 6: '0.9695', 7: '0.9428', 8: '0.9636' },
    },
  },
  {
    net: '256x6',
    r: '0.01',
    margins: {
      ...{ 0: '0.7906', 1: '0.8043', 2: '0.8005', 4: '0.5870' },
      ...{ 5: '0.4402', 6: '0.9891', 7: '0.5825', 9: '0.5694' },
    },
  },
  {
    net: '256x6',
    r: '0.05',
    margins: all(
      '0.9499',
      '0.9471',
      '0.8686',
      '0.7767',
      '0.7555',
      '0.7263',
      '0.9908',
      '0.5825',
      '0.8095',
      '0.6426',
    ),
  },
  {
    net: '256x6',
    r: '0.1',
    margins: all(
      '0.9499',
      '0.9471',
      '0.8686',
      '0.9608',
      '0.9272',
      '0.8256',
      '0.9908',
      '0.5825',
      '0.8892',
      '0.6426',
    ),
  },
];
