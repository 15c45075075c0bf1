import type { Dataset } from '../dataset/dataset.js';
import type { DatasetReference } from '../report/documents/header.js';

export function datasetReferenceOf(dataset: Dataset): DatasetReference {
  return {
    name: dataset.name,
    format: dataset.format,
    digest: dataset.digest,
    samples: dataset.count,
    selection: dataset.selection,
    scaling: dataset.scaling,
  };
}
