import type { InitDocument } from '../documents/init.js';
import { percent } from '../format.js';
import { facts, sections } from '../table.js';

export function initText({ policy, specification, naps, recall, refuted, next }: InitDocument): string {
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
    expectation(refuted),
    `Read both files: they say what you claim. Then: ${next}`,
  ]);
}

/** What a new user may hope for: the files are complete, which is not to say that the release passes. */
function expectation(refuted: InitDocument['refuted']): string {
  const general =
    'What to expect: the claim is about every input that follows a NAP, not only about samples. Of a network that was trained\n' +
    'without a class code it is often false, or not decided within the budget: the gate then ends with 1 or 3, and rightly\n' +
    'so. `napcert ceiling` tells whether any NAP of the network can be true, `napcert learn` looks for NAPs that are provable.';
  if (refuted.length === 0) return general;
  const which = refuted.length === 1 ? `class ${refuted[0]}` : `classes ${refuted.join(', ')}`;
  return `${general}\nThe claim is false already for ${which}: held-out samples follow the NAP and get another class.`;
}
