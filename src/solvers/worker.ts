/** Worker thread entry: one native solver instance, one model at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadAdapter } from './adapter.js';
import type { FromWorker, ToWorker } from './protocol.js';
import type { SolverName } from './solver.js';

const port = parentPort;
if (port === null) throw new Error('worker.js runs only as a worker thread');

const { solver } = workerData as { solver: SolverName };
const adapter = await loadAdapter(solver);

port.on('message', (request: ToWorker) => {
  const started = performance.now();
  try {
    const outcome = adapter.run(request.model, request.timeLimitSeconds);
    const seconds = (performance.now() - started) / 1000;
    port.postMessage({ kind: 'outcome', outcome, seconds } satisfies FromWorker);
  } catch (error) {
    // The native module may be in any state now: the other side ends this thread.
    port.postMessage({ kind: 'crash', text: String(error) } satisfies FromWorker);
  }
});
port.postMessage({ kind: 'ready', version: adapter.version } satisfies FromWorker);
