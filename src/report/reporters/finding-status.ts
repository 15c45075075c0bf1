/** States of findings, gravest first. */

/** Worst first. */
export const STATUSES = [
  'rejected',
  'violated',
  'too-low',
  'missing',
  'unchecked',
  'unknown',
  'on-trust',
  'vacuous',
  'stated',
  'met',
  'holds',
] as const;

/**
 * `met`: a recall that the gate measured in this very run, and that is high enough. `stated`: a decision that was read from
 * a file says so.
 */
export type FindingStatus = (typeof STATUSES)[number];

/** A status as people read it. */
export const STATUS_WORDS: Readonly<Record<FindingStatus, string>> = {
  rejected: 'rejected',
  violated: 'violated',
  'too-low': 'too low',
  missing: 'missing',
  unchecked: 'not checked',
  unknown: 'unknown',
  'on-trust': 'on trust',
  vacuous: 'vacuous',
  stated: 'stated, not measured again',
  met: 'met',
  holds: 'holds',
};
