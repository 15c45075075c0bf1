/** Measured coverage of the published pattern files on the 10,000 MNIST test images, by r = 1 - delta. */

export interface PublishedCoverage {
  /** Literals per class: active and inactive ones, or their sum where only that is known. */
  readonly literals?: readonly number[] | readonly (readonly [number, number])[];
  readonly literalRange?: readonly [number, number];
  /** Followers per class among the class's images: counts, or per cent with one decimal. */
  readonly recallCounts?: readonly number[];
  readonly recallPercent?: readonly number[];
  readonly totalRecallPercent?: number;
  readonly other?: readonly number[];
  readonly totalOther?: number;
  readonly totalWrong?: number;
  /** Followers that the network puts elsewhere: test image, class of the NAP. */
  readonly wrong?: readonly (readonly [number, number])[];
  readonly disjoint: number;
}

export interface PublishedModel {
  readonly name: string;
  /** The training samples that the authors used, as `splitSamples` names them. */
  readonly split: string;
  readonly samples: 'all' | 'correct';
  readonly accuracy: number;
  /** By r, with delta. */
  readonly coverage: Readonly<Record<string, PublishedCoverage & { readonly delta: string }>>;
}

export const PUBLISHED: readonly PublishedModel[] = [
  {
    name: 'mnist-net_256x4',
    split: 'first:60000',
    samples: 'all',
    accuracy: 0.9764,
    coverage: {
      '0': {
        delta: '1',
        literals: [512, 511, 432, 468, 494, 474, 525, 488, 461, 469],
        recallPercent: [99.7, 99.7, 99.2, 99.8, 99.8, 99.6, 98.9, 99.8, 99.2, 99.2],
        totalRecallPercent: 99.5,
        other: [1639, 760, 2639, 4526, 3429, 4677, 1717, 3509, 692, 5558],
        totalOther: 29146,
        disjoint: 0,
      },
      '0.01': {
        delta: '0.99',
        literals: [
          [16, 730],
          [10, 731],
          [9, 624],
          [5, 693],
          [16, 690],
          [15, 668],
          [12, 691],
          [12, 692],
          [11, 704],
          [6, 680],
        ],
        recallCounts: [775, 959, 792, 789, 766, 677, 726, 809, 696, 829],
        totalRecallPercent: 78.2,
        other: [1, 0, 4, 2, 3, 1, 4, 2, 3, 5],
        totalOther: 25,
        totalWrong: 4,
        wrong: [
          [2174, 3],
          [6174, 3],
          [3388, 9],
          [4154, 9],
        ],
        disjoint: 44,
      },
      '0.05': {
        delta: '0.95',
        literals: [
          [31, 821],
          [18, 801],
          [16, 790],
          [21, 827],
          [23, 807],
          [28, 785],
          [22, 791],
          [23, 823],
          [16, 846],
          [19, 838],
        ],
        recallCounts: [376, 456, 261, 320, 259, 226, 200, 357, 192, 277],
        totalRecallPercent: 29.2,
        other: [0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
        totalOther: 1,
        disjoint: 45,
      },
      '0.15': {
        delta: '0.85',
        literals: [
          [46, 884],
          [26, 860],
          [27, 896],
          [30, 906],
          [32, 891],
          [32, 885],
          [34, 873],
          [35, 895],
          [25, 910],
          [31, 911],
        ],
        recallPercent: [5.1, 2.4, 0.8, 2.0, 1.9, 0.6, 0.4, 5.0, 2.0, 2.5],
        totalRecallPercent: 2.3,
        totalOther: 0,
        disjoint: 45,
      },
    },
  },
  {
    name: 'mnist-net_256x6',
    split: 'first:50000',
    samples: 'correct',
    accuracy: 0.9689,
    coverage: {
      '0': {
        delta: '1',
        literalRange: [592, 889],
        totalRecallPercent: 96.3,
        totalOther: 229,
        totalWrong: 65,
        disjoint: 28,
      },
      '0.01': {
        delta: '0.99',
        literalRange: [1017, 1194],
        totalRecallPercent: 75.4,
        totalOther: 15,
        totalWrong: 0,
        disjoint: 45,
      },
      '0.05': {
        delta: '0.95',
        literalRange: [1256, 1306],
        totalRecallPercent: 29.6,
        totalOther: 0,
        totalWrong: 0,
        disjoint: 45,
      },
      '0.1': {
        delta: '0.9',
        literalRange: [1329, 1367],
        totalRecallPercent: 9.3,
        totalOther: 0,
        totalWrong: 0,
        disjoint: 45,
      },
    },
  },
];
