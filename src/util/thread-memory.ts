/** Memory of one thread, so that threads of one process can each have a limit of their own. */
import { getHeapStatistics } from 'node:v8';

/**
 * Bytes that the calling thread's JavaScript holds: its heap, and the array buffers and WebAssembly memories (so the
 * solvers') that belong to it, as far as they are not collected yet. Not counted: native memory of onnxruntime, and
 * other threads.
 */
export function threadMemoryBytes(): number {
  const { used_heap_size: heap, external_memory: outside } = getHeapStatistics();
  return heap + outside;
}
