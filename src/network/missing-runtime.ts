/** onnxruntime's native part may be missing: what needs it says so, and everything else works. */
import { InputError } from '../util/errors.js';

const CODES = new Set(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED']);

/** The error in words if it says that onnxruntime-node or its native library cannot be loaded; else null. */
export function missingRuntime(error: unknown): InputError | null {
  if (!(error instanceof Error) || !CODES.has((error as NodeJS.ErrnoException).code ?? '')) return null;
  if (!/onnxruntime/.test(error.message)) return null;
  return new InputError('onnxruntime-node cannot be loaded; it is needed to evaluate the model', {
    expected: 'the package onnxruntime-node with its native library for this platform',
    found: error.message.split('\n')[0]!,
  });
}
