/** One kind of tampering, and why it must be refused. */
import type { Certificate } from '../../src/certificate/certificate.js';
import type { CheckReport } from '../../src/checker/report.js';
import { InputError } from '../../src/util/errors.js';
import { baseCertificate, type Files, judge, withProofFile } from './base.js';

/** Refused before checking (`error`), or rejected by a rule at a place. */
export type Reason =
  | { readonly error: RegExp }
  | { readonly rule: string; readonly place?: RegExp; readonly found?: RegExp };

export interface Forgery {
  readonly name: string;
  readonly reason: Reason;
  readonly judge: () => CheckReport | InputError;
}

type Json = Record<string, unknown>;

/** Changes the parsed certificate; untyped, because forgers are. */
export function change(name: string, reason: Reason, forge: (certificate: Certificate) => void): Forgery {
  return {
    name,
    reason,
    judge: () => {
      const certificate = baseCertificate();
      forge(certificate);
      return judge(JSON.stringify(certificate));
    },
  };
}

/** Changes the text of the certificate. */
export function rewrite(name: string, reason: Reason, forge: (text: string) => string): Forgery {
  return {
    name,
    reason,
    judge: () => {
      const before = JSON.stringify(baseCertificate());
      const after = forge(before);
      if (after === before) throw new Error(`forgery "${name}" changes nothing`);
      return judge(after);
    },
  };
}

/** Changes the proof file, or what the certificate says about it. */
export function refile(
  name: string,
  reason: Reason,
  forge: (parts: ReturnType<typeof withProofFile>) => { certificate: Certificate; files: Files },
): Forgery {
  return {
    name,
    reason,
    judge: () => {
      const { certificate, files } = forge(withProofFile());
      return judge(JSON.stringify(certificate), files);
    },
  };
}

/** Puts a value at a path of keys. */
export function put(target: unknown, path: readonly (string | number)[], value: unknown): void {
  let at = target as Json;
  for (const key of path.slice(0, -1)) at = at[key] as Json;
  const last = path[path.length - 1]!;
  if (value === undefined) delete at[last];
  else at[last] = value;
}

/** What went wrong, in one line; null if the result fits the reason. */
export function mismatch(result: CheckReport | InputError, reason: Reason): string | null {
  if (result instanceof InputError) {
    const text = `${result.message} | ${result.fault.place ?? ''} | ${result.fault.found ?? ''}`;
    return 'error' in reason && reason.error.test(text) ? null : `refused: ${text}`;
  }
  const { verdict, rejection } = result;
  const text = `${verdict}: ${JSON.stringify(rejection)}`;
  if ('error' in reason || verdict !== 'invalid' || rejection === null) return text;
  const fits =
    rejection.rule === reason.rule &&
    (reason.place === undefined || reason.place.test(rejection.place)) &&
    (reason.found === undefined || reason.found.test(rejection.found));
  return fits ? null : text;
}
