import chalk from 'chalk';
import type { InspectDocument } from '../documents/inspect.js';
import { counted, integer, percent, shapeText, short } from '../format.js';
import { facts, heading, sections, table } from '../table.js';

const STATUS = { ok: chalk.green('ok'), refused: chalk.red('refused'), unused: chalk.dim('unused') } as const;

type Lowered = NonNullable<InspectDocument['network']>;

export function inspectText(document: InspectDocument): string {
  const { network } = document;
  return sections([
    heading(document.model.file),
    overview(document),
    operators(document),
    ...details(network),
  ]);
}

function overview(document: InspectDocument): string {
  const { network } = document;
  const tensors = (list: InspectDocument['inputs']): string =>
    list.map(({ name, shape }) => `${name} ${shape === null ? '[?]' : shapeText(shape)}`).join(', ');
  return facts([
    ['sha256', document.model.sha256],
    ['size', `${integer(document.bytes)} bytes`],
    ['opset', document.opsets.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', ')],
    ['producer', document.producer || null],
    ['input', tensors(document.inputs)],
    ['output', tensors(document.outputs)],
    ['numbers', network?.elementType ?? null],
    ['classes', network === null ? null : integer(network.classes)],
    ['neurons', network === null ? null : `${integer(network.neurons)} ReLU`],
    ['parameters', network === null ? null : integer(network.parameters)],
  ]);
}

function operators(document: InspectDocument): string {
  const rows = document.operators.map(({ operator, count, status, node, fix }) => [
    operator,
    String(count),
    STATUS[status],
    [node, fix].filter((part) => part !== null).join(': '),
  ]);
  return table(
    [{ title: 'operator' }, { title: 'nodes', align: 'right' }, { title: 'status' }, { title: '' }],
    rows,
  );
}

function details(network: Lowered | null): (string | null)[] {
  if (network === null) return [];
  return [layers(network), notes(network), lint(network), agreement(network)];
}

function layers(network: Lowered): string {
  const rows = network.layers.map((layer, i) => [
    String(i),
    layer.kind,
    layer.detail,
    shapeText(layer.shape),
    layer.neurons === 0 ? '' : integer(layer.neurons),
    layer.tensor,
  ]);
  return table(
    [
      { title: 'layer', align: 'right' },
      { title: 'kind' },
      { title: 'map' },
      { title: 'shape' },
      { title: 'neurons', align: 'right' },
      { title: 'tensor' },
    ],
    rows,
  );
}

function notes(network: Lowered): string | null {
  if (network.notes.length === 0) return null;
  return [heading('Notes'), ...network.notes.map((note) => `  ${note}`)].join('\n');
}

function lint(network: Lowered): string {
  if (network.lint.length === 0) return 'Weights: nothing suspicious.';
  const lines = network.lint.map(
    ({ node, row, rows, message }) =>
      `  ${chalk.yellow(node)} row ${row}${rows > 1 ? ` (and ${counted(rows - 1, 'more row')})` : ''}: ${message}`,
  );
  return [heading('Suspicious weights'), ...lines].join('\n');
}

/** Samples of networks that are not large. */
const USUAL_SAMPLES = 8;

function agreement({ agreement: found }: Lowered): string | null {
  if (found === null) return null;
  const { samples, tensors, largestDifference, shareOfBound } = found;
  const fewer = samples < USUAL_SAMPLES ? ' (fewer than usual: the network is large)' : '';
  return (
    `onnxruntime agrees on ${counted(samples, 'random sample')}${fewer} in ${counted(tensors, 'tensor')}: differences up to ` +
    `${short(largestDifference)}, ${percent(shareOfBound)} of the rounding bound.`
  );
}
