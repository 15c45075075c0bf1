/** Names of the reporters, apart from their code, so that a command line that needs none of them starts without it. */
export const REPORTER_NAMES = [
  'html',
  'json',
  'jsonl',
  'sarif',
  'junit',
  'github',
  'summary',
  'gitlab',
] as const;

export type ReporterName = (typeof REPORTER_NAMES)[number];
