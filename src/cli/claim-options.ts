/** The options that choose what is claimed; the same for every command about properties. */
import type { Command } from 'commander';
import type { Domain, PropertyKind } from '../api/choices.js';
import type { ClaimChoices } from '../api/verify/claims.js';
import { InputError } from '../util/errors.js';
import { classListOption, domainOption } from './arguments.js';

export interface ClaimFlags {
  readonly naps?: string;
  readonly spec?: string;
  readonly property?: readonly PropertyKind[];
  readonly class?: readonly number[];
  readonly competitor?: readonly number[];
  readonly domain?: Domain;
}

const KINDS: readonly PropertyKind[] = [
  'non-misclassification',
  'non-ambiguity',
  'local-robustness',
  'scalar-invariance',
];

export function withClaimOptions(command: Command): Command {
  return command
    .option('--naps <file>', 'NAP file written by `napcert mine` (default: the one the specification names)')
    .option('--spec <file>', 'specification file (default: non-misclassification and non-ambiguity)')
    .option('--property <kinds>', `only these kinds: ${KINDS.join(', ')}`, propertyKinds)
    .option(
      '--class <list>',
      'only what is claimed about these classes, for example 0,3; of non-ambiguity the pairs with one of them',
      classListOption('--class'),
    )
    .option(
      '--competitor <list>',
      'only against these classes; `--class 1,7 --competitor 1,7` leaves what 1 and 7 claim against each other',
      classListOption('--competitor'),
    )
    .option(
      '--domain <which>',
      'inputs the claims speak about: unit (each number in [0, 1]; default), unbounded, orthant (all numbers >= 0 but not all 0; networks without biases only), or LOW,HIGH',
      domainOption('--domain'),
    );
}

export function claimChoices(flags: ClaimFlags): ClaimChoices {
  return {
    ...(flags.spec === undefined ? {} : { spec: flags.spec }),
    ...(flags.property === undefined ? {} : { properties: flags.property }),
    ...(flags.class === undefined ? {} : { classes: flags.class }),
    ...(flags.competitor === undefined ? {} : { competitors: flags.competitor }),
    ...(flags.domain === undefined ? {} : { domain: flags.domain }),
  };
}

function propertyKinds(text: string): readonly PropertyKind[] {
  return text.split(',').map((part) => {
    const kind = KINDS.find((known) => known === part.trim());
    if (kind !== undefined) return kind;
    throw new InputError('no such kind of property', {
      place: '--property',
      expected: KINDS.join(', '),
      found: JSON.stringify(part),
    });
  });
}
