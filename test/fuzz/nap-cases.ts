/** NAP files, mutated, through the reader and on to the phases of a network. */
import { formatNapFile, parseNapFile } from '../../src/nap/nap-file.js';
import { assertNapMatchesModel, naps } from '../../src/nap/nap-literals.js';
import type { Network } from '../../src/network/network.js';
import { neuronCount } from '../../src/network/network.js';
import { sample, network as small } from '../nap/sample-file.js';
import { type Case, WrongResult } from './target.js';

/** The sample file of test/nap, and files that were mined before. */
export function napCases(mined: readonly { network: Network; text: string }[] = []): Case[] {
  return [
    napCase('sample file', small, formatNapFile(sample())),
    ...mined.map(({ network, text }, i) => napCase(`mined file ${i}`, network, text)),
  ]; // prettier-ignore
}

function napCase(name: string, network: Network, text: string): Case {
  const run = (input: Uint8Array): string => {
    const file = parseNapFile(Buffer.from(input).toString('utf8'), 'mutant.nap.json');
    const found = naps(network, file);
    if (
      found.some(
        ({ phases }) => phases.length !== neuronCount(network) || phases.some((p) => p < -1 || p > 1),
      )
    )
      throw new WrongResult('phases that are none');
    assertNapMatchesModel(file, file.model.sha256);
    if (formatNapFile(parseNapFile(formatNapFile(file), 'again')) !== formatNapFile(file))
      throw new WrongResult('another file after writing and reading');
    return 'accepted';
  };
  const seed = new Uint8Array(Buffer.from(text));
  if (run(seed) !== 'accepted') throw new Error(`${name} is refused`);
  return { name, format: 'json', seed, run };
}
