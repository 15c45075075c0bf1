/** Exit codes: a contract with shells and CI. `violated` and `inconclusive` are answers, not failures. */
export const EXIT = {
  /** Done; every question asked was answered with "holds", "valid" or "ok". */
  ok: 0,
  violated: 1,
  /** Wrong options or wrong input files. */
  usage: 2,
  /** Unknown, vacuous, or a certificate with named holes. */
  inconclusive: 3,
  rejected: 4,
  /** A bug in napcert (EX_SOFTWARE of sysexits.h). */
  internal: 70,
  /** 128 + signal number, as shells report it. */
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Of a certificate, by how many of its properties got which verdict. */
export function exitCodeOf(counts: {
  readonly violated: number;
  readonly unknown: number;
  readonly vacuous: number;
}): ExitCode {
  if (counts.violated > 0) return EXIT.violated;
  return counts.unknown + counts.vacuous > 0 ? EXIT.inconclusive : EXIT.ok;
}

/** What ends `napcert --help`. */
export const EXIT_CODE_HELP: readonly (readonly [code: string, meaning: string])[] = [
  ['0', 'done; the property holds, the certificate is valid, the check or the release passed'],
  ['1', 'a property is violated, a release failed'],
  ['2', 'usage or input error'],
  ['3', 'inconclusive: unknown, vacuous, or a certificate that names holes'],
  ['4', 'certificate or signature rejected'],
  ['70', 'internal error (a bug in napcert)'],
  ['130', 'interrupted (Ctrl-C); 143: terminated'],
];
