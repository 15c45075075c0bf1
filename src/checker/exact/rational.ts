/** The checker's exact arithmetic that readers of numbers share; see `util/exact/rational.ts`. */
export * from '../../util/exact/rational.js';
