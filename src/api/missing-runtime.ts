/** For whoever loads what evaluates models: the command line, and the public interface. */
export { missingRuntime } from '../network/missing-runtime.js';
