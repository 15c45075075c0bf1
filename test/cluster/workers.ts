/** Workers inside a test: honest ones that count, and others. */
import { localExecutor } from '../../src/api/executor/local.js';
import { WorkerModels } from '../../src/api/worker-models.js';
import { encodeAnswer } from '../../src/cluster/answer-wire.js';
import { buildDigest } from '../../src/cluster/build-digest.js';
import { connect, redisAddress } from '../../src/cluster/connection.js';
import type { Job, Receipt } from '../../src/cluster/job-wire.js';
import { type BlobStore, redisStore } from '../../src/cluster/store.js';
import { ClusterWorker } from '../../src/cluster/worker.js';
import type { Reach } from '../../src/engines/decision.js';
import { TOY } from './toy.js';

export interface TestWorker {
  readonly jobs: string[];
  readonly close: () => Promise<void>;
}

/** What a worker does with a job: returns any text as its answer. */
export type Behaviour = (
  job: Job,
  store: BlobStore,
  honest: () => Promise<Receipt>,
  tell: (reach: Reach) => void,
) => Promise<Receipt>;

export async function startTestWorker(
  url: string,
  id: string,
  behaviour: Behaviour = (_job, _store, honest) => honest(),
): Promise<TestWorker> {
  const address = redisAddress({ url });
  const redis = await connect(address);
  const store = redisStore(redis);
  const models = new WorkerModels(store);
  const executor = await localExecutor(TOY);
  const jobs: string[] = [];
  const worker = await ClusterWorker.start({
    redis,
    address,
    id,
    build: buildDigest(),
    lanes: 1,
    work: async (list, turn, signal, latest) => {
      const receipts: Receipt[] = [];
      for (const job of list) {
        if (!turn.begin()) break;
        jobs.push(job.id);
        const honest = async (): Promise<Receipt> => {
          const { network, obligations } = await models.open([job]);
          const [decided] = await Promise.all(executor.decide(obligations, job.settings, { signal }));
          const put = (value: unknown) => store.put(Buffer.from(JSON.stringify(value)));
          const answer = await encodeAnswer(network, decided!, put);
          const answers = await put([answer]);
          return { answers, at: 0, verdict: answer.verdict, worker: id, seconds: decided!.seconds };
        };
        const receipt = await behaviour(job, store, honest, (reach) => latest.hear(job.digest, reach));
        receipts.push(receipt);
      }
      return receipts;
    },
    onNote: () => {},
    onJob: () => {},
  });
  return {
    jobs,
    close: async () => {
      await worker.drain();
      await executor.close();
      redis.disconnect();
    },
  };
}
