/** The memory that a limit is compared with: this thread's buffers and WebAssembly, not another thread's. */
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { threadMemoryBytes } from '../../src/util/thread-memory.js';

const MIB = 2 ** 20;

/** The library of types that the project uses declares no WebAssembly values. */
const { WebAssembly: wasmApi } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  };
};

describe('memory of a thread', () => {
  it('counts array buffers and WebAssembly memories', () => {
    const before = threadMemoryBytes();
    const buffer = new Float64Array((64 * MIB) / 8);
    const wasm = new wasmApi.Memory({ initial: (64 * MIB) / 65536 });
    expect(threadMemoryBytes() - before).toBeGreaterThan(96 * MIB);
    expect(buffer.byteLength + wasm.buffer.byteLength).toBe(128 * MIB);
  });

  it('does not count what another thread holds', async () => {
    const before = threadMemoryBytes();
    const code =
      'const { parentPort } = require("node:worker_threads");' +
      'const held = new Float64Array(16 * 2 ** 20).fill(1);' +
      'parentPort.on("message", () => process.exit(held.length > 0 ? 0 : 1));' +
      'parentPort.postMessage("ready");';
    const worker = new Worker(code, { eval: true });
    await new Promise((resolve) => worker.once('message', resolve));
    expect(threadMemoryBytes() - before).toBeLessThan(64 * MIB);
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('end');
    await ended;
  });
});
