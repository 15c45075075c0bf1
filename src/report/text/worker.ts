import type { WorkerDocument } from '../documents/worker.js';

export function workerText({ id, ended }: WorkerDocument): string {
  const parts = Object.entries(ended).filter(([, count]) => count > 0);
  const done =
    parts.length === 0 ? 'no jobs' : parts.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  return `Worker ${id} has ended: ${done}.`;
}
