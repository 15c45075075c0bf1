import { describe, expect, it } from 'vitest';
import { baseCertificate, judge, withProofFile } from './base.js';

describe('the certificate that the forgeries start from', () => {
  it('is valid, all six claims', () => {
    const report = judge(JSON.stringify(baseCertificate()));
    expect(report).toMatchObject({ verdict: 'valid', rejection: null, holes: [] });
  });
  it('is valid with its proofs in a proof file', () => {
    const { certificate, bytes } = withProofFile();
    const report = judge(JSON.stringify(certificate), { 'proofs.jsonl.gz': bytes });
    expect(report).toMatchObject({ verdict: 'valid', rejection: null, holes: [] });
  });
});
