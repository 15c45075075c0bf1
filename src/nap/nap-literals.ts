/** From the literals of a NAP file to phases by neuron number, with every disagreement refused. */
import type { NeuronBlock } from '../network/network.js';
import { type Network, neuronBlocks, neuronCount } from '../network/network.js';
import { sha256 } from '../util/digest.js';
import { InputError } from '../util/errors.js';
import {
  ACTIVE,
  FREE,
  INACTIVE,
  type Nap,
  type Phases,
  type TensorLiterals,
  toTensorLiterals,
} from './nap.js';
import type { NapFile } from './nap-schema.js';

/** What {@link toPhases} reads of a class entry. */
export interface LiteralsOfClass {
  readonly class: number;
  readonly literals: readonly TensorLiterals[];
}

/**
 * Checks what can be checked without a network: each tensor once, indices ascending without repetition,
 * and no neuron both active and inactive.
 * @throws InputError that names the place
 */
export function checkLiterals(entry: LiteralsOfClass, place = `class ${entry.class}`): void {
  const seen = new Set<string>();
  entry.literals.forEach((literals, position) => {
    const at = `${place}.literals[${position}]`;
    if (seen.has(literals.tensor)) {
      throw new InputError('a tensor is listed twice', {
        place: at,
        expected: 'one entry per tensor',
        found: JSON.stringify(literals.tensor),
      });
    }
    seen.add(literals.tensor);
    checkAscending(literals.active, `${at}.active`);
    checkAscending(literals.inactive, `${at}.inactive`);
    const inactive = new Set(literals.inactive);
    const both = literals.active.find((index) => inactive.has(index));
    if (both !== undefined) {
      throw new InputError('a neuron is both active and inactive', {
        place: at,
        expected: 'disjoint lists',
        found: `index ${both} in both lists`,
      });
    }
  });
}

function checkAscending(indices: readonly number[], place: string): void {
  for (let i = 1; i < indices.length; i++) {
    if (indices[i]! > indices[i - 1]!) continue;
    const repeated = indices[i] === indices[i - 1];
    throw new InputError(repeated ? 'an index is repeated' : 'indices are not in ascending order', {
      place: `${place}[${i}]`,
      expected: `an index above ${indices[i - 1]}`,
      found: String(indices[i]),
    });
  }
}

/**
 * Phases of all neurons of the network (length = neuronCount) from the literals of one class.
 * @throws InputError for an unknown tensor, an index out of range, and all that {@link checkLiterals} finds
 */
export function toPhases(network: Network, entry: LiteralsOfClass, place = `class ${entry.class}`): Phases {
  checkLiterals(entry, place);
  const classes = network.tensors[network.output]!.size;
  if (!Number.isInteger(entry.class) || entry.class < 0 || entry.class >= classes) {
    throw new InputError('no such class', {
      place: `${place}.class`,
      expected: `a class of the model, 0 to ${classes - 1}`,
      found: String(entry.class),
    });
  }
  const blocks = neuronBlocks(network);
  const phases = new Int8Array(neuronCount(network));
  entry.literals.forEach((literals, position) => {
    const at = `${place}.literals[${position}]`;
    const block = blockOf(blocks, literals.tensor, at);
    setPhases(phases, block, literals.active, ACTIVE, `${at}.active`);
    setPhases(phases, block, literals.inactive, INACTIVE, `${at}.inactive`);
  });
  return phases;
}

function blockOf(blocks: readonly NeuronBlock[], tensor: string, place: string): NeuronBlock {
  const block = blocks.find((candidate) => candidate.tensor.name === tensor);
  if (block !== undefined) return block;
  throw new InputError('no ReLU layer of the model has this pre-activation tensor', {
    place: `${place}.tensor`,
    expected: blocks.length === 0 ? 'no literals: the model has no ReLU layer' : tensorNames(blocks),
    found: JSON.stringify(tensor),
  });
}

function tensorNames(blocks: readonly NeuronBlock[]): string {
  const names = blocks.slice(0, 8).map((block) => JSON.stringify(block.tensor.name));
  return `one of ${names.join(', ')}${blocks.length > 8 ? ', ...' : ''}`;
}

function setPhases(
  phases: Phases,
  block: NeuronBlock,
  indices: readonly number[],
  phase: number,
  place: string,
): void {
  indices.forEach((index, position) => {
    if (!Number.isInteger(index) || index < 0 || index >= block.size) {
      throw new InputError('neuron index out of range', {
        place: `${place}[${position}]`,
        expected: `0 to ${block.size - 1} (tensor ${JSON.stringify(block.tensor.name)})`,
        found: String(index),
      });
    }
    phases[block.offset + index] = phase;
  });
}

/**
 * All NAPs of a file for this network, in the file's order.
 * @throws InputError as {@link toPhases}
 */
export function naps(network: Network, file: NapFile): Nap[] {
  return file.classes.map((entry, position) =>
    Object.freeze({
      kind: 'nap' as const,
      class: entry.class,
      phases: toPhases(network, entry, `classes[${position}]`),
    }),
  );
}

/**
 * Refuses NAPs of another model: neuron numbers mean nothing there.
 * @param modelSha256 lower-case hexadecimal SHA-256 of the ONNX file's bytes
 */
export function assertNapMatchesModel(file: NapFile, modelSha256: string, napFileName?: string): void {
  if (file.model.sha256 === modelSha256) return;
  throw new InputError('the NAPs belong to another model', {
    ...(napFileName === undefined ? {} : { file: napFileName }),
    place: 'model.sha256',
    expected: `${modelSha256} (the given model)`,
    found: `${file.model.sha256} (${file.model.name})`,
  });
}

/**
 * SHA-256 of a NAP's literals in canonical form: pre-activation tensors in the network's order, those
 * without literals left out, indices ascending. It does not depend on layout or statistics of a file.
 */
export function napDigest(network: Network, phases: Phases): string {
  if (phases.length !== neuronCount(network)) {
    throw new Error(`phases of another network: ${phases.length} instead of ${neuronCount(network)} neurons`);
  }
  for (const phase of phases) {
    if (phase !== ACTIVE && phase !== INACTIVE && phase !== FREE) throw new Error(`no phase: ${phase}`);
  }
  const literals = toTensorLiterals(network, phases).map(({ tensor, active, inactive }) => [
    tensor,
    active,
    inactive,
  ]);
  return sha256(JSON.stringify(['napcert-nap-literals/1', literals]));
}
