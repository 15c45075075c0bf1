import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { certificateJsonSchema } from '../../src/certificate/certificate.js';

it('specs/certificate.schema.json is the schema the reader uses (vitest -u writes it)', async () => {
  const file = fileURLToPath(new URL('../../specs/certificate.schema.json', import.meta.url));
  await expect(`${JSON.stringify(certificateJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(file);
});
