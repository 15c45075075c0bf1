/** Specification files, mutated, through the reader and, where no data are needed, on to obligations. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileProperty } from '../../src/obligation/compile.js';
import { parseSpec } from '../../src/spec/parse-spec.js';
import type { Domain, Property } from '../../src/spec/property.js';
import { describeProperty } from '../../src/spec/property.js';
import type { PropertyTemplate } from '../../src/spec/spec-file.js';
import { MODEL, NETWORK } from '../forged/model.js';
import type { Case } from './target.js';

const EXAMPLES = fileURLToPath(new URL('../../specs/examples/', import.meta.url));

const FULL = {
  napcert: 1,
  model: 'a.onnx',
  naps: 'a.nap.json',
  domain: { lower: [-1, 0], upper: 2 },
  properties: [
    { kind: 'non-misclassification', classes: [0, 1], competitors: [1, 2] },
    {
      kind: 'non-ambiguity',
      pairs: [
        [0, 1],
        [1, 2],
      ],
    },
    {
      kind: 'local-robustness',
      reference: { input: [0.5, -1], name: 'p' },
      class: 0,
      epsilon: 0.25,
      nap: true,
    },
    { kind: 'local-robustness', reference: { data: 'd.csv', sample: 3, labels: 'l.csv' }, epsilon: 0.1 },
  ],
}; // prettier-ignore

export function specCases(): Case[] {
  const texts = readdirSync(EXAMPLES)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => readFileSync(`${EXAMPLES}${name}`, 'utf8'));
  return [
    JSON.stringify(FULL, null, 1),
    'napcert: 1\ndomain: unbounded\nproperties:\n- kind: non-ambiguity\n',
    ...texts,
  ].map((text, i) => ({ name: `spec ${i}`, format: 'yaml', seed: new Uint8Array(Buffer.from(text)), run })); // prettier-ignore
}

function run(input: Uint8Array): string {
  const spec = parseSpec(Buffer.from(input).toString('utf8'), 'mutant.yaml');
  const domain: Domain =
    typeof spec.domain === 'string' ? { kind: spec.domain } : { kind: 'box', ...spec.domain };
  const naps = new Map([0, 1, 2].map((label) => [label, new Int8Array(5)]));
  for (const property of spec.properties.flatMap(resolved)) {
    compileProperty({ network: NETWORK, modelSha256: MODEL.sha256, domain, naps }, property);
    describeProperty(property);
  }
  return 'accepted';
}

/** Properties as the file states them; those about data files are left out. */
function resolved(template: PropertyTemplate): Property[] {
  switch (template.kind) {
    case 'non-misclassification':
      return (template.classes ?? [0, 1, 2]).map((label) => ({
        kind: template.kind,
        class: label,
        competitors: template.competitors ?? [3],
      }));
    case 'non-ambiguity':
      return (template.pairs ?? [[0, 1]]).map((classes) => ({ kind: template.kind, classes }));
    case 'local-robustness': {
      const { reference, epsilon, nap } = template;
      if ('data' in reference) return [];
      const competitors = template.competitors ?? [1];
      const about = { referenceName: reference.name ?? 'input', reference: reference.input, epsilon, nap };
      return [{ kind: template.kind, class: template.class ?? 0, competitors, ...about }];
    }
    case 'scalar-invariance':
      return [{ kind: template.kind, preprocessing: template.preprocessing ?? 'not-stated' }];
  }
}
