/** Models, regions and samples on a worker: fetched once, checked against their digests, a few kept. */
import type { Job } from '../cluster/job-wire.js';
import { decodeQuery, decodeRegion, decodeSample, type RegionPart } from '../cluster/region-wire.js';
import { type BlobStore, MAX_JSON_BLOB_BYTES, MAX_MODEL_BLOB_BYTES } from '../cluster/store.js';
import type { RegionSample } from '../engines/falsify/region-sample.js';
import { lowerModel } from '../network/lower.js';
import type { Network } from '../network/network.js';
import { regionDigest } from '../obligation/compile.js';
import type { Obligation } from '../obligation/obligation.js';
import { decodeModel } from '../onnx/load-model.js';
import type { QueryProperty } from '../spec/property.js';
import { InputError } from '../util/errors.js';

export interface WorkerModel {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

export interface OpenedJobs {
  readonly model: WorkerModel;
  readonly network: Network;
  readonly obligations: readonly Obligation[];
}

type RegionOf = RegionPart & Pick<Obligation, 'query'>;

const MODELS = 4;
const QUERIES = 4;
const REGIONS = 64;

export class WorkerModels {
  readonly #models = new Map<string, Promise<{ readonly bytes: Uint8Array; readonly network: Network }>>();
  readonly #queries = new Map<string, Promise<QueryProperty>>();
  readonly #regions = new Map<string, Promise<{ readonly decoded: RegionOf; readonly found: string }>>();

  constructor(readonly store: BlobStore) {}

  /**
   * @param jobs of one region
   * @throws InputError for blobs that are missing or wrong, and for a region that is not what its digest says
   */
  async open(jobs: readonly Job[]): Promise<OpenedJobs> {
    const job = jobs[0]!;
    const { bytes, network } = await remember(this.#models, job.model, MODELS, async () => {
      const fetched = await this.store.get(job.model, MAX_MODEL_BLOB_BYTES);
      return { bytes: fetched, network: lowerModel(decodeModel(fetched)) };
    });
    const key = `${job.model} ${job.region} ${job.query ?? ''}`;
    const region = await remember(this.#regions, key, REGIONS, async () => {
      const part = decodeRegion(network, await this.#json(job.region));
      const decoded: RegionOf = job.query === null ? part : { ...part, query: await this.#query(job.query) };
      const found = regionDigest({ network, modelSha256: job.model }, { ...decoded, outputs: [] });
      return { decoded, found };
    });
    if (region.found !== job.regionDigest) {
      throw new InputError('a job whose region is not what its digest says', {
        place: job.id,
        expected: job.regionDigest,
        found: region.found,
      });
    }
    const obligations = jobs.map(
      ({ id, digest, outputs }): Obligation =>
        Object.freeze({ kind: 'obligation', id, ...region.decoded, outputs, digest }),
    );
    return { model: { bytes, sha256: job.model }, network, obligations };
  }

  async sample(job: Job, network: Network): Promise<RegionSample | null> {
    return job.sample === null ? null : decodeSample(network, await this.#json(job.sample));
  }

  #query(digest: string): Promise<QueryProperty> {
    return remember(this.#queries, digest, QUERIES, async () => decodeQuery(await this.#json(digest)));
  }

  #json(digest: string): Promise<Uint8Array> {
    return this.store.get(digest, MAX_JSON_BLOB_BYTES);
  }
}

/** The latest `limit` values; a failed one is asked for again. */
function remember<T>(
  known: Map<string, Promise<T>>,
  key: string,
  limit: number,
  make: () => Promise<T>,
): Promise<T> {
  const found = known.get(key) ?? make();
  known.delete(key);
  known.set(key, found);
  found.catch(() => known.delete(key));
  if (known.size > limit) known.delete(known.keys().next().value!);
  return found;
}
