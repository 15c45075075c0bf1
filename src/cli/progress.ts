/**
 * Progress on stderr. A terminal gets one status line that is rewritten; a log gets a line when the activity
 * changes and, within one activity, at most one every few seconds.
 */
import { chalkStderr } from 'chalk';
import type { Progress } from '../api/progress.js';

const LOG_INTERVAL_MS = 5000;
const REDRAW_INTERVAL_MS = 100;

export interface TerminalProgress extends Progress {
  /** Removes the status line; must be called before anything else is printed to the terminal. */
  readonly clear: () => void;
}

export function terminalProgress(stream: NodeJS.WriteStream, quiet: boolean): TerminalProgress {
  if (quiet) return { step: () => {}, note: () => {}, clear: () => {} };
  return stream.isTTY ? statusLine(stream) : logLines(stream);
}

function statusLine(stream: NodeJS.WriteStream): TerminalProgress {
  const start = performance.now();
  let current = '';
  let drawnAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  const draw = (): void => {
    const room = Math.max(20, (stream.columns ?? 80) - 1);
    const line = `${elapsed(start)}  ${current}`;
    stream.write(`\r\u001b[2K${chalkStderr.dim(line.length > room ? `${line.slice(0, room - 1)}…` : line)}`);
    drawnAt = performance.now();
    shown = true;
  };
  const clear = (): void => {
    if (shown) stream.write('\r\u001b[2K');
    shown = false;
  };
  return {
    step: (what, done, total) => {
      current = describe(what, done, total);
      if (performance.now() - drawnAt >= REDRAW_INTERVAL_MS) draw();
    },
    note: (line) => {
      clear();
      stream.write(`${chalkStderr.dim(elapsed(start))}  ${line}\n`);
    },
    clear,
  };
}

function logLines(stream: NodeJS.WriteStream): TerminalProgress {
  const start = performance.now();
  let activity = '';
  let printedAt = Number.NEGATIVE_INFINITY;
  return {
    step: (what, done, total) => {
      const now = performance.now();
      if (what === activity && now - printedAt < LOG_INTERVAL_MS) return;
      activity = what;
      printedAt = now;
      stream.write(`${elapsed(start)}  ${describe(what, done, total)}\n`);
    },
    note: (line) => {
      stream.write(`${elapsed(start)}  ${line}\n`);
    },
    clear: () => {},
  };
}

function describe(what: string, done: number | undefined, total: number | undefined): string {
  if (done === undefined) return what;
  return total === undefined ? `${what}: ${done}` : `${what}: ${done} of ${total}`;
}

function elapsed(start: number): string {
  const seconds = (performance.now() - start) / 1000;
  const text = seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`;
  return text.padStart(7);
}

function pad(seconds: number): string {
  return `${Math.floor(seconds)}`.padStart(2, '0');
}
