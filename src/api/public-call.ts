/** How functions of the public interface are called: errors in full words, what evaluates models loaded when it is asked for. */
import { InputError, inFull } from '../util/errors.js';
import { missingRuntime } from './missing-runtime.js';

/** Programs may print no more of an error than its message. */
export async function inWords<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof InputError ? inFull(error) : error;
  }
}

/** What evaluates models is loaded when it is asked for: checking must not depend on onnxruntime. */
export async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    // Alone first: where several modules import it, Node throws its failure outside of this promise as well.
    await import('onnxruntime-node');
    return await load();
  } catch (error) {
    throw missingRuntime(error) ?? error;
  }
}
