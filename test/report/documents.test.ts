import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, type DocumentName, documentSchemaText } from '../../src/report/documents/index.js';

const FOLDER = new URL('../../specs/output/', import.meta.url);
const NAMES = Object.keys(DOCUMENTS) as DocumentName[];

describe('published schemas of JSON documents', () => {
  it.each(NAMES)(
    'specs/output/%s.schema.json is the schema of the program (vitest -u writes it)',
    async (name) => {
      await expect(documentSchemaText(name)).toMatchFileSnapshot(`../../specs/output/${name}.schema.json`);
    },
  );

  it('publishes no schema without a document', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(NAMES.map((name) => `${name}.schema.json`).sort());
  });

  it.each(NAMES)('%s: every key is required and no other is allowed', (name) => {
    const schema = JSON.parse(readFileSync(new URL(`${name}.schema.json`, FOLDER), 'utf8')) as {
      properties: Record<string, { const?: string }>;
      required: string[];
      additionalProperties: boolean;
    };
    expect(schema.additionalProperties).toBe(false);
    expect(schema.required.sort()).toEqual(Object.keys(schema.properties).sort());
    expect(schema.properties['format']?.const).toBe(`napcert-${name}/1`);
  });
});
