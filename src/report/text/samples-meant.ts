/** Which samples of a class a recall is about: two commands that choose differently report different recalls. */

export interface SamplesMeant {
  readonly grouping: 'label' | 'prediction';
  readonly samples: 'all' | 'correct';
}

/** Of `mine` and `curve`, whose recall is of the samples that the NAPs are for. */
export function samplesMeantText({ grouping, samples }: SamplesMeant): string {
  const of =
    samples === 'correct'
      ? 'the samples of a class that the model classifies correctly'
      : grouping === 'label'
        ? 'all samples labelled with the class'
        : 'all samples that the model puts in the class';
  const same = grouping === 'label' && samples === 'all';
  const elsewhere = same
    ? 'so does `napcert coverage`'
    : '`napcert coverage` counts all samples labelled with it, so its recall differs';
  return `  recall, here and on held-out data, counts ${of}; ${elsewhere}.`;
}

/** The level is the same for every interval that napcert prints (Wilson). */
export const INTERVALS = '  Intervals are Wilson 95 % confidence intervals, each for itself and not joint.';
