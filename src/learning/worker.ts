/** Thread that learns one class after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { lowerModel } from '../network/lower.js';
import { loadModel } from '../onnx/load-model.js';
import { runLearnJob } from './job.js';
import type { FromLearner, LearnerData, ToLearner } from './threads.js';

const { path, sha256 } = workerData as LearnerData;
const port = parentPort!;
const abort = new AbortController();
const loaded = await loadModel(path);
if (loaded.sha256 !== sha256) throw new Error('the model file has changed');
const network = lowerModel(loaded);
const post = (message: FromLearner): void => port.postMessage(message);

port.on('message', async (message: ToLearner) => {
  switch (message.kind) {
    case 'stop':
      abort.abort();
      break;
    case 'job':
      try {
        const summary = await runLearnJob(network, sha256, message.job, abort.signal, (nap) => {
          post({ kind: 'accepted', nap });
        });
        post({ kind: 'done', summary });
      } catch (error) {
        post({
          kind: 'failed',
          text: error instanceof Error ? (error.stack ?? error.message) : String(error),
        });
      }
      break;
    case 'end':
      port.close();
      break;
  }
});
post({ kind: 'ready' });
