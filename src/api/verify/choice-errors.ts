/** Choices of classes that do not fit the model, the NAPs or the claims. */
import type { Network } from '../../network/network.js';
import type { Property } from '../../spec/property.js';
import type { SpecFile } from '../../spec/spec-file.js';
import { InputError } from '../../util/errors.js';
import type { ClaimChoices } from './claims.js';

const OPTIONS = { classes: '--class', competitors: '--competitor' } as const;

/** @throws InputError for a class that the model does not have */
export function refuseStrangeClasses(
  network: Network,
  choices: ClaimChoices,
  option: keyof typeof OPTIONS,
): void {
  const { size } = network.tensors[network.output]!;
  for (const label of choices[option] ?? []) {
    if (label < size) continue;
    throw new InputError('no such class', {
      place: OPTIONS[option],
      expected: `0 to ${size - 1}`,
      found: `${label}`,
    });
  }
}

/** @throws InputError for a class of `--class` that no property is about */
export function refuseIdleClasses(
  properties: readonly Property[],
  napClasses: readonly number[],
  { classes, competitors }: ClaimChoices,
): void {
  const idle = classes?.find((label) => !properties.some((property) => isAbout(property, label)));
  if (idle === undefined) return;
  const missing = napClasses.includes(idle) ? '' : `; class ${idle} has no NAP`;
  throw new InputError(`nothing to decide about class ${idle}`, {
    place: OPTIONS.classes,
    expected: 'classes that a chosen property is about',
    found: `${idle}${competitors === undefined ? '' : ` with --competitor ${competitors.join(',')}`}${missing}`,
  });
}

function isAbout(property: Property, label: number): boolean {
  switch (property.kind) {
    case 'non-misclassification':
    case 'local-robustness':
    case 'cone':
      return property.class === label;
    case 'non-ambiguity':
      return property.classes.includes(label);
    case 'scalar-invariance':
    case 'query':
      return false;
  }
}

export function noCompetitor(
  label: number,
  listed: readonly number[] | undefined,
  { competitors = [] }: ClaimChoices,
): InputError {
  return new InputError(`no competitor is left for class ${label}`, {
    place: OPTIONS.competitors,
    expected: listed === undefined ? `a class other than ${label}` : `one of ${listed.join(', ')}`,
    found: competitors.join(', '),
  });
}

/** A pair needs two classes with NAPs. */
export function oneNap(spec: SpecFile | null, position: number, napClasses: readonly number[]): InputError {
  return new InputError('non-ambiguity needs the NAPs of two classes', {
    place: spec === null ? '--property non-ambiguity' : `properties[${position}]`,
    expected: 'a NAP file with two classes or more (--naps)',
    found: `a NAP of class ${napClasses.join(', ')} alone`,
  });
}

export function twoDomains({ spec }: ClaimChoices): InputError {
  return new InputError('the domain is given twice', {
    ...(spec === undefined ? {} : { file: spec }),
    place: '--domain',
    expected: 'the domain of the specification file (the unit box if it names none)',
    found: 'an option as well',
  });
}
