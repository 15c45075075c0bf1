/** For whoever offers them as a choice. */
export { METHODS, type Method } from '../../learning/minimize.js';
