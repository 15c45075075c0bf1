import { InputError } from '../../src/util/errors.js';

/** The InputError that an action must end with; anything else it throws is passed on. */
export function faultOf(action: () => unknown): InputError {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
