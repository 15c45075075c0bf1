import type { Network } from '../../network/network.js';
import type { Obligation } from '../../obligation/obligation.js';
import type { Rational } from '../exact/rational.js';
import type { SettledStarts } from '../settled-starts.js';
import type { State } from '../state.js';

/** What a rule may look at: rebuilt by the checker from the ONNX bytes, the literals and the claim. */
export interface RuleContext {
  readonly network: Network;
  readonly obligation: Obligation;
  /** Margin that the certificate claims; null if it claims none. */
  readonly claimedMargin: number | null;
  /** The intervals that a shared list of lemmas leaves for this obligation's region, or why there are none. */
  readonly shared: (id: string) => State | SharedFault;
  /** Start states kept from one proof to the next; without it the proof's own is computed. */
  readonly starts?: SettledStarts;
}

/** Why a shared list cannot be used. */
export interface SharedFault {
  readonly place: string;
  readonly rule: string;
  readonly expected: string;
  readonly found: string;
}

/** The margin of one `lin` leaf with a positive weight: as a double rounded down, or exact. */
export type LeafMargin = number | Rational;
