/** The samples of a region that travel with its obligations. */
import type { ScannedData } from '../../engines/falsify/follower-scan.js';
import { type RegionSample, regionSample } from '../../engines/falsify/region-sample.js';
import type { Obligation } from '../../obligation/obligation.js';

/** Followers per region: 400 images of 784 numbers are 2.5 MB. */
const FOLLOWERS = 400;

/** Regions without literals have no followers to start from. */
export function sampleOf(data: ScannedData | null | undefined, obligation: Obligation): RegionSample | null {
  if (data === null || data === undefined || obligation.naps.length === 0) return null;
  return regionSample(data, obligation, FOLLOWERS);
}
