/** Ctrl-C and termination: at once for commands with nothing to keep, in order for those that have. */
import { EXIT } from './exit-codes.js';

export interface Signals {
  /** The signal that the first interruption aborts; taking it makes the interruption orderly. */
  readonly take: (meanwhile?: string) => AbortSignal;
  /** Exit code of the interruption, or null if there was none. */
  readonly exitCode: () => 130 | 143 | null;
  readonly release: () => void;
}

/** @param beforeExit called before the process is ended from here */
export function onSignal(beforeExit: () => void): Signals {
  const controller = new AbortController();
  let taken: string | null = null;
  let received: 130 | 143 | null = null;
  const handle = (code: 130 | 143): void => {
    const first = received === null;
    received ??= code;
    if (taken !== null && first) {
      beforeExit();
      process.stderr.write(`interrupted: ${taken} (again to stop at once)\n`);
      controller.abort();
      return;
    }
    beforeExit();
    process.stderr.write(code === EXIT.interrupted ? 'interrupted\n' : 'terminated\n');
    process.exit(received);
  };
  const onInterrupt = (): void => handle(EXIT.interrupted);
  const onTerminate = (): void => handle(EXIT.terminated);
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onTerminate);
  return {
    take: (meanwhile = 'keeping what was decided') => {
      taken = meanwhile;
      return controller.signal;
    },
    exitCode: () => received,
    release: () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    },
  };
}
