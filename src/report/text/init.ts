import type { InitDocument } from '../documents/init.js';
import { percent } from '../format.js';
import { facts, sections } from '../table.js';

export function initText({ policy, specification, naps, recall, next }: InitDocument): string {
  return sections([
    facts([
      ['policy', policy],
      ['specification', specification],
      ['NAPs', naps],
      [
        'recall',
        `${percent(recall.measured)} on held-out samples; the policy asks for ${percent(recall.minimum)}`,
      ],
    ]),
    `Read both files: they say what you claim. Then: ${next}`,
  ]);
}
