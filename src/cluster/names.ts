/** Keys in Redis. The queue's name is fixed, so that autoscalers can read its length (`napcert:jobs:wait`). */
export const PREFIX = 'napcert';
export const QUEUE = 'jobs';

export const key = Object.freeze({
  blob: (digest: string) => `${PREFIX}:blob:${digest}`,
  /** Which build the cluster runs; kept alive by coordinators. */
  build: `${PREFIX}:build`,
  /** Jobs that nobody has taken: a list that the queue keeps. */
  waiting: `${PREFIX}:${QUEUE}:wait`,
  worker: (id: string) => `${PREFIX}:worker:${id}`,
  workers: `${PREFIX}:workers`,
  coordinator: (id: string) => `${PREFIX}:coordinator:${id}`,
  coordinators: `${PREFIX}:coordinators`,
  /** Runs that want a job's result. */
  wanted: (job: string) => `${PREFIX}:wanted:${job}`,
  /** By obligation: what was found, and the job that it is in. */
  result: (obligation: string) => `${PREFIX}:result:${obligation}`,
  owner: (obligation: string) => `${PREFIX}:owner:${obligation}`,
  /** Channel: ids of jobs that nobody wants any more. */
  cancel: `${PREFIX}:cancel`,
});
