/** The checker's exact arithmetic that readers of numbers share; see `util/exact/rounding.ts`. */
export * from '../../util/exact/rounding.js';
