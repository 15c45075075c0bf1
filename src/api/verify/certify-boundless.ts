/** Certificates of claims that are about all inputs and need no NAPs: brightness and cones. */
import type { Certificate } from '../../certificate/certificate.js';
import type { Dataset } from '../../dataset/dataset.js';
import type { Property } from '../../spec/property.js';
import { sha256 } from '../../util/digest.js';
import type { OpenedModel } from '../open-model.js';
import { writeCertificate } from './certificate-file.js';
import { refuseLoss } from './refuse-loss.js';
import { verify } from './verify.js';

const DOMAIN = { kind: 'unbounded' } as const;

export interface BoundlessTask {
  readonly model: Omit<OpenedModel, 'path'>;
  readonly dataset: Dataset | null;
  readonly properties: readonly Property[];
  readonly output: string;
  /** What the output holds already. */
  readonly earlier: Certificate | null;
  readonly signal?: AbortSignal;
}

/** @throws InputError if the earlier certificate shows what this one would not */
export async function certifyBoundless(
  task: BoundlessTask,
): Promise<{ readonly file: string; readonly sha256: string }> {
  const { dataset, properties, output, earlier, signal } = task;
  const { loaded, network } = task.model;
  if (earlier !== null) {
    const claim = { network, modelSha256: loaded.sha256, domain: DOMAIN, naps: new Map() };
    refuseLoss(earlier, claim, properties, output);
  }
  const certificate = await verify(
    {
      model: loaded,
      network,
      naps: null,
      dataset,
      claims: { domain: DOMAIN, properties },
      engine: 'auto',
      solver: 'glpk',
      timeoutSeconds: 60,
    },
    signal === undefined ? {} : { signal },
  );
  return { file: output, sha256: sha256(writeCertificate(output, certificate)) };
}
