import type { StatusDocument } from '../documents/status.js';
import { heading, sections, table } from '../table.js';

export function statusText(document: StatusDocument): string {
  const { queue, workers, runs, running, poison } = document;
  const build = document.build === null ? 'no coordinator' : `build ${document.build.slice(0, 12)}`;
  return sections([
    `${heading(document.redis)}  ${build}; ${queue.waiting} waiting, ${queue.running} running, ${queue.done} done, ${queue.failed} failed; ${queue.perMinute} per minute`,
    workers.length === 0 ? 'No workers.' : workerTable(workers),
    runs.length === 0 ? '' : runTable(runs),
    running.length === 0
      ? ''
      : table(
          [
            { title: 'running' },
            { title: 'seconds', align: 'right' },
            { title: 'attempt', align: 'right' },
            { title: 'at' },
            { title: 'margin at least', align: 'right' },
            { title: 'at most', align: 'right' },
          ],
          running.map(({ id, seconds, attempt, at, margin, nearest }) => [
            id,
            `${seconds}`,
            `${attempt}`,
            at === null || at === id ? '' : at,
            figure(margin),
            figure(nearest),
          ]),
        ),
    poison.length === 0
      ? ''
      : table(
          [{ title: 'given up' }, { title: 'reason' }],
          poison.map(({ id, reason }) => [id, reason]),
        ),
  ]);
}

function workerTable(workers: StatusDocument['workers']): string {
  const right = 'right' as const;
  return table(
    [
      { title: 'worker' },
      { title: 'busy', align: right },
      { title: 'done', align: right },
      { title: 'failed', align: right },
      { title: 'up (s)', align: right },
      { title: 'MiB', align: right },
    ],
    workers.map((w) => [
      w.id,
      `${w.busy}/${w.lanes}`,
      `${w.done}`,
      `${w.failed}`,
      `${w.uptime}`,
      `${w.memoryMiB}`,
    ]),
  );
}

function runTable(runs: StatusDocument['runs']): string {
  const right = 'right' as const;
  return table(
    [
      { title: 'run' },
      { title: 'decided', align: right },
      { title: 'in queue', align: right },
      { title: 'to come', align: right },
      { title: 'open cubes', align: right },
      { title: 'least margin', align: right },
    ],
    runs.map((run) => [
      run.claims === '' ? run.id.slice(0, 8) : run.claims,
      `${run.decided}`,
      `${run.outstanding}`,
      `${run.waiting}`,
      `${run.cubesOpen}`,
      figure(run.leastMargin),
    ]),
  );
}

function figure(x: number | null): string {
  return x === null ? '-' : x.toPrecision(4);
}
