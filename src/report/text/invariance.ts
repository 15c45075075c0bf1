import chalk from 'chalk';
import type { InvarianceDocument } from '../documents/invariance.js';
import { short } from '../format.js';
import { facts, heading, sections } from '../table.js';

const VERDICT: Readonly<Record<InvarianceDocument['verdict'], string>> = {
  'scalar-invariant': `${chalk.green('scalar-invariant')}: s x gets the class of x for every input x and every s > 0, over the reals`,
  'argmax-invariant': `${chalk.green('argmax-invariant')}: s x gets the class of x for every s > 0, over the reals; its scores (confidence) change`,
  'not-invariant': `${chalk.red('not invariant')}: a scaled input gets another class`,
  undecided: `${chalk.yellow('undecided')}: the layers do not show invariance, and no input was found whose class changes`,
};

const PREPROCESSING: Readonly<Record<InvarianceDocument['preprocessing'], string>> = {
  'not-stated':
    'not stated; if a mean is subtracted before the model, none of this is about brightness (--preprocessing)',
  none: 'none, as stated',
  scale: 'multiplication by a positive constant, as stated',
  shift: 'a shift, as stated: none of this is about the brightness of the original image',
};

export function invarianceText(document: InvarianceDocument): string {
  const { firstBreak, pair, zeroImage, degree, certificate } = document;
  return sections([
    `${heading('Scalar invariance')}  ${VERDICT[document.verdict]}`,
    facts([
      ['degree', degree === null ? null : `${degree}: f(s x) = s^${degree} f(x)`],
      ['checker', document.proved ? 'its own analysis of the layers proves the claim' : null],
      ['ends at', firstBreak === null ? null : `${firstBreak.node}: ${firstBreak.reason}`],
      ['numbers', firstBreak === null || firstBreak.count === 0 ? null : numbers(firstBreak)],
      ['pair', pair === null ? null : pairText(pair)],
      ['zero image', zeroImage === null ? null : zeroText(zeroImage)],
      ['preprocessing', PREPROCESSING[document.preprocessing]],
      ['not evaluated', document.refusal],
      ['certificate', certificate === null ? null : certificate.file],
    ]),
  ]);
}

function numbers({ culprits, count }: NonNullable<InvarianceDocument['firstBreak']>): string {
  const shown = culprits.map(({ name, index, value }) => `${name}[${index}] = ${short(value)}`).join(', ');
  return `${shown}${count > culprits.length ? `, ... (${count} in all)` : ''}`;
}

function pairText({ source, factor, classes }: NonNullable<InvarianceDocument['pair']>): string {
  return `${source} is class ${classes[0]}, ${factor} times it is class ${classes[1]} (exactly, and in onnxruntime)`;
}

function zeroText({ classes, logits }: NonNullable<InvarianceDocument['zeroImage']>): string {
  if (classes.length === logits.length) return 'all classes tie';
  const top = Number(logits[classes[0]!]!);
  if (classes.length > 1) return `classes ${classes.join(', ')} tie`;
  return `class ${classes[0]} (logit ${short(top)}): where a blank image goes`;
}
