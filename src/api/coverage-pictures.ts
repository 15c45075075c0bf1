/** The pictures of `napcert coverage`: literals by layer, and who follows each NAP. */
import type { Dataset } from '../dataset/dataset.js';
import { imageLayout } from '../dataset/png.js';
import type { PatternTable } from '../mining/patterns.js';
import { toTensorLiterals } from '../nap/nap.js';
import { neuronBlocks } from '../network/network.js';
import type { CoverageDocument } from '../report/documents/coverage.js';
import { percent } from '../report/format.js';
import { literalMapSvg } from '../report/svg/literal-map.js';
import { type MontagePicture, montageSvg } from '../report/svg/montage.js';
import { InputError } from '../util/errors.js';
import type { OpenedModel } from './open-model.js';
import type { OpenedNaps } from './open-naps.js';

/** Pictures in a row of the montage. */
const SHOWN = 12;
/** Of these, followers that are classified or labelled otherwise, of each at most. */
const ODD = 3;

/** @throws InputError for a model whose input is no picture */
export function refuseNoPictures({ path, network }: OpenedModel): void {
  const { shape } = network.tensors[network.input]!;
  if (imageLayout(shape) !== null) return;
  throw new InputError('there are no pictures to show', {
    file: path,
    place: '--montage',
    expected: 'a model whose input is an image',
    found: `an input of shape [${shape.join(', ')}]`,
  });
}

/** SVG text. */
export function heatMap(
  { network }: OpenedModel,
  naps: OpenedNaps,
  classes: CoverageDocument['classes'],
): string {
  const layers = neuronBlocks(network).map(({ tensor, size }) => ({ tensor: tensor.name, neurons: size }));
  const title = `Literals of ${naps.file.model.name}, delta ${naps.file.delta}, by class and layer`;
  const mapped = naps.naps.map(({ class: label, phases }, i) => {
    const literals = new Map(toTensorLiterals(network, phases).map((list) => [list.tensor, list]));
    return {
      class: label,
      layers: layers.map(({ tensor }) => literals.get(tensor) ?? { active: [], inactive: [] }),
      note: `followed by ${percent(classes[i]!.recall.value)} of the samples of the class`,
    };
  });
  return literalMapSvg(title, layers, mapped);
}

/** SVG text: the followers of each NAP that are odd, then others, evenly from first to last. */
export function montage(
  { network }: OpenedModel,
  { naps, file }: OpenedNaps,
  dataset: Dataset,
  table: PatternTable,
  follows: readonly Uint8Array[],
): string {
  const layout = imageLayout(network.tensors[network.input]!.shape)!;
  const rows = naps.map(({ class: label }, position) => {
    const all: number[] = [];
    follows[position]!.forEach((follower, sample) => {
      if (follower === 1) all.push(sample);
    });
    const markOf = (sample: number): MontagePicture['mark'] =>
      table.predictions[sample] !== label ? 'wrong' : table.labels[sample] !== label ? 'stranger' : 'none';
    const odd = (mark: MontagePicture['mark']) => all.filter((sample) => markOf(sample) === mark);
    const shown = [...odd('wrong').slice(0, ODD), ...odd('stranger').slice(0, ODD)];
    const plain = odd('none');
    const room = Math.min(SHOWN - shown.length, plain.length);
    for (let k = 0; k < room; k++) shown.push(plain[Math.floor((k * plain.length) / room)]!);
    return {
      title: `class ${label}`,
      note: `${all.length} followers`,
      pictures: shown.map((sample) => ({
        values: dataset.gather([sample]),
        text: `sample ${sample}: label ${table.labels[sample]}, classified as ${table.predictions[sample]}`,
        mark: markOf(sample),
      })),
    };
  });
  return montageSvg(`Followers of the NAPs of ${file.model.name}, delta ${file.delta}`, layout, rows);
}
