/** Published models load, lower and agree with onnxruntime (skipped where the data are not there). */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareWithOracle } from '../../src/network/compare-oracle.js';
import { lowerModel } from '../../src/network/lower.js';
import { neuronCount, reluLayers } from '../../src/network/network.js';
import { loadModel } from '../../src/onnx/load-model.js';

const data = join(import.meta.dirname, '../../../shared/data');
const list = (folder: string) =>
  existsSync(join(data, folder))
    ? readdirSync(join(data, folder))
        .filter((name) => name.endsWith('.onnx'))
        .map((name) => join(data, folder, name))
    : [];

/** Hidden layers and neurons as their publishers state them. */
const STATED: Readonly<Record<string, [number, number]>> = {
  'mnist-net_256x2.onnx': [2, 512],
  'mnist-net_256x4.onnx': [4, 1024],
  'mnist-net_256x6.onnx': [6, 1536],
  'ACASXU_run2a_1_1_batch_2000.onnx': [6, 300],
};

describe.skipIf(!existsSync(data))('published models (need ../shared/data)', () => {
  for (const path of [...list('mnistfc'), ...list('acasxu'), ...list('nap-patterns')]) {
    it(path.slice(data.length + 1), async () => {
      const loaded = await loadModel(path);
      const network = lowerModel(loaded);
      const stated = STATED[loaded.fileName];
      if (stated !== undefined) expect([reluLayers(network).length, neuronCount(network)]).toEqual(stated);
      const comparison = await compareWithOracle(network, loaded.bytes, [], { random: 6 });
      expect(comparison.tensors).toHaveLength(network.layers.length);
      expect(comparison.worst).toBeLessThanOrEqual(1);
    });
  }
});
