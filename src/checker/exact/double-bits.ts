/** The checker's exact arithmetic that readers of numbers share; see `util/exact/double-bits.ts`. */
export * from '../../util/exact/double-bits.js';
