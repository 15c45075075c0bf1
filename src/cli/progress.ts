/**
 * Progress on stderr. A terminal gets one status line that is rewritten; a log gets a line now and then, and
 * one for each activity that lasts.
 */
import { chalkStderr } from 'chalk';
import type { Progress } from '../api/progress.js';
import { loggable } from '../util/plain-text.js';

/** In a log: least time between two lines of one activity, and between lines of different ones. */
const LOG_REPEAT_MS = 5000;
const LOG_CHANGE_MS = 1000;
const REDRAW_INTERVAL_MS = 100;
/** Without news the line is redrawn this often, so that the time goes on, and a log says that work goes on. */
const TERMINAL_HEARTBEAT_MS = 1000;
const LOG_HEARTBEAT_MS = 30_000;
/** An activity that lasts longer says how long. */
const LONG_MS = 10_000;

export interface TerminalProgress extends Progress {
  /** Removes the status line; must be called before anything else is printed to the terminal. */
  readonly clear: () => void;
}

export function terminalProgress(stream: NodeJS.WriteStream, quiet: boolean): TerminalProgress {
  if (quiet) return { step: () => {}, note: () => {}, clear: () => {} };
  const { step, note, clear } = stream.isTTY ? statusLine(stream) : logLines(stream);
  return {
    step: (what, done, total, detail) =>
      step(loggable(what), done, total, detail === undefined ? undefined : loggable(detail)),
    note: (line) => note(loggable(line)),
    clear,
  };
}

function statusLine(stream: NodeJS.WriteStream): TerminalProgress {
  const start = performance.now();
  let since = start;
  let current = '';
  let now: string | undefined;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  let heartbeat: NodeJS.Timeout | null = null;
  const draw = (): void => {
    const room = Math.max(20, (stream.columns || 80) - 1);
    const line = `${elapsed(start)}  ${current}${lasting(since, now)}`;
    stream.write(`\r\u001b[2K${chalkStderr.dim(line.length > room ? `${line.slice(0, room - 1)}…` : line)}`);
    drawnAt = performance.now();
    shown = true;
  };
  const clear = (): void => {
    if (heartbeat !== null) clearInterval(heartbeat);
    heartbeat = null;
    if (shown) stream.write('\r\u001b[2K');
    shown = false;
  };
  return {
    step: (what, done, total, detail) => {
      const next = describe(what, done, total);
      if (next !== current) since = performance.now();
      current = next;
      now = detail;
      heartbeat ??= setInterval(draw, TERMINAL_HEARTBEAT_MS).unref();
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
  let current = '';
  let printed = '';
  let printedAt = Number.NEGATIVE_INFINITY;
  let line = '';
  let now: string | undefined;
  let since = start;
  let timer: NodeJS.Timeout | null = null;
  let heartbeat: NodeJS.Timeout | null = null;
  const beat = (): void => {
    if (performance.now() - printedAt < LOG_HEARTBEAT_MS) return;
    printedAt = performance.now();
    stream.write(`${elapsed(start)}  still ${line}${lasting(since, now)}\n`);
  };
  const print = (): void => {
    stop();
    printed = current;
    printedAt = performance.now();
    stream.write(`${elapsed(start)}  ${line}${lasting(since, now)}\n`);
  };
  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  return {
    step: (what, done, total, detail) => {
      const next = describe(what, done, total);
      const isSame = next === line;
      if (!isSame) since = performance.now();
      current = what;
      line = next;
      now = detail;
      heartbeat ??= setInterval(beat, LOG_HEARTBEAT_MS / 3).unref();
      // Another detail alone waits for the heartbeat.
      if (isSame && what === printed) return;
      const wait = (what === printed ? LOG_REPEAT_MS : LOG_CHANGE_MS) - (performance.now() - printedAt);
      if (wait <= 0) print();
      else if (what !== printed && timer === null) timer = setTimeout(print, wait).unref();
    },
    note: (text) => {
      stop();
      stream.write(`${elapsed(start)}  ${text}\n`);
    },
    clear: () => {
      stop();
      if (heartbeat !== null) clearInterval(heartbeat);
      heartbeat = null;
    },
  };
}

/** What the activity has come to, and why nothing else seems to happen: it takes long. */
function lasting(since: number, detail: string | undefined): string {
  const ms = performance.now() - since;
  const time = ms < LONG_MS ? '' : ` (${Math.floor(ms / 1000)} s on this)`;
  return `${detail === undefined ? '' : `: ${detail}`}${time}`;
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
