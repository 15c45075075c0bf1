/** The readers by name, with what they are seeded with. */

import { lowerModel } from '../../src/network/lower.js';
import { decodeModel } from '../../src/onnx/load-model.js';
import { certificateCases } from './certificate-cases.js';
import { napCases } from './nap-cases.js';
import { onnxCases } from './onnx-cases.js';
import { specCases } from './spec-cases.js';
import type { Case } from './target.js';
import { vnnlibCases } from './vnnlib-cases.js';

export const READERS = ['onnx', 'nap', 'spec', 'certificate', 'vnnlib'] as const;
export type Reader = (typeof READERS)[number];

/** Files of one model that a run of napcert wrote. */
export interface MadeFiles {
  readonly model: Uint8Array;
  readonly naps: string;
  readonly certificates: readonly string[];
}

export function casesOf(reader: Reader, made: readonly MadeFiles[] = []): Case[] {
  switch (reader) {
    case 'onnx':
      return onnxCases();
    case 'spec':
      return specCases();
    case 'vnnlib':
      return vnnlibCases();
    case 'nap':
      return napCases(
        made.map(({ model, naps }) => ({ network: lowerModel(decodeModel(model)), text: naps })),
      );
    case 'certificate':
      return certificateCases(
        made.flatMap(({ model, certificates }) => {
          const loaded = decodeModel(model);
          const checked = { network: lowerModel(loaded), sha256: loaded.sha256 };
          return certificates.map((text) => ({ model: checked, text }));
        }),
      );
  }
}
