/** The checker's exact arithmetic that readers of numbers share; see `util/exact/rational-text.ts`. */
export * from '../../util/exact/rational-text.js';
