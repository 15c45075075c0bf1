/** DSSE: the test vector of its specification, an independent encoder and verifier, and forged envelopes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dsse, crypto as sigstoreCrypto } from '@sigstore/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Envelope,
  formatEnvelope,
  IN_TOTO_PAYLOAD,
  keyId,
  openEnvelope,
  preAuthEncoding,
  signEnvelope,
} from '../../src/certificate/dsse.js';

const STATEMENT = Buffer.from('{"_type":"https://in-toto.io/Statement/v1","note":"größer ~~~???"}');
const release = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');

const open = (envelope: unknown, ...keys: KeyObject[]) =>
  openEnvelope(Buffer.from(JSON.stringify(envelope)), 'x.json', keys.length > 0 ? keys : [release.publicKey]);
const signed = (payload: Uint8Array = STATEMENT, key = release.privateKey): Envelope =>
  signEnvelope(payload, key);

describe('pre-authentication encoding', () => {
  it('is that of the test vector of the specification', () => {
    const body = Buffer.from('hello world');
    expect(preAuthEncoding('http://example.com/HelloWorld', body).toString()).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
    // The vector's key: ECDSA over P-256 with SHA-256, the signature as r and s.
    const coordinate = (decimal: string) =>
      Buffer.from(BigInt(decimal).toString(16).padStart(64, '0'), 'hex');
    const key = createPublicKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: coordinate(
          '46950820868899156662930047687818585632848591499744589407958293238635476079160',
        ).toString('base64url'),
        y: coordinate(
          '5640078356564379163099075877009565129882514886557779369047442380624545832820',
        ).toString('base64url'),
      },
    });
    const signature =
      'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==';
    const encoded = preAuthEncoding('http://example.com/HelloWorld', body);
    const options = { key, dsaEncoding: 'ieee-p1363' } as const;
    expect(verify('sha256', encoded, options, Buffer.from(signature, 'base64'))).toBe(true);
  });

  it('is that of @sigstore/core for any type and payload', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (type, payload) => {
        const independent = dsse.preAuthEncoding(type, Buffer.from(payload));
        expect(preAuthEncoding(type, payload).equals(independent)).toBe(true);
      }),
    );
  });
});

describe('an envelope', () => {
  it('opens with its key to the very bytes that were signed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        const opened = openEnvelope(Buffer.from(formatEnvelope(signed(payload))), 'x', [release.publicKey]);
        expect(opened).toEqual({
          kind: 'verified',
          payload: Buffer.from(payload),
          keyid: keyId(release.publicKey),
        });
      }),
      { numRuns: 30 },
    );
  });

  it('is accepted by @sigstore/core', () => {
    const { payload, payloadType, signatures } = signed();
    const body = Buffer.from(payload, 'base64');
    const pem = release.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const key = sigstoreCrypto.createPublicKey(pem);
    const signature = Buffer.from(signatures[0]!.sig, 'base64');
    const encoded = dsse.preAuthEncoding(payloadType, body);
    expect(payloadType).toBe('application/vnd.in-toto+json');
    expect(sigstoreCrypto.verify(encoded, key, signature)).toBe(true);
    expect(sigstoreCrypto.verify(Buffer.concat([encoded, Buffer.from(' ')]), key, signature)).toBe(false);
  });

  const openssl = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  const canEd25519 = openssl.status === 0 && /^OpenSSL [3-9]/.test(openssl.stdout);
  it.skipIf(!canEd25519)('is accepted by openssl (skipped where openssl 3 is not installed)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'napcert-dsse-'));
    try {
      const { payload, payloadType, signatures } = signed();
      const at = (name: string) => join(folder, name);
      writeFileSync(at('key.pem'), release.publicKey.export({ type: 'spki', format: 'pem' }));
      writeFileSync(at('pae'), dsse.preAuthEncoding(payloadType, Buffer.from(payload, 'base64')));
      writeFileSync(at('sig'), Buffer.from(signatures[0]!.sig, 'base64'));
      const args = ['pkeyutl', '-verify', '-pubin', '-inkey', at('key.pem'), '-rawin', '-in', at('pae')];
      const text = execFileSync('openssl', [...args, '-sigfile', at('sig')], { encoding: 'utf8' });
      expect(text).toContain('Signature Verified Successfully');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is rejected, like one with a wrong signature, where it is cut off, names a key twice, or is another file', () => {
    const text = formatEnvelope(signed());
    const files = [
      text.slice(0, -10),
      text.slice(0, 1),
      '',
      text.replace('{', '{ "payload": "",'),
      text.replace('{', '{ "signatures": [],'),
      'x0,x1,label\n',
      '{}',
      '[]',
      'null',
      STATEMENT,
    ];
    for (const file of files) {
      expect(openEnvelope(Buffer.from(file), 'x.json', [release.publicKey])).toMatchObject({
        kind: 'rejected',
        expected: expect.any(String),
        found: expect.stringMatching(/./),
      });
    }
  });

  it('may have several signatures, of which one by a given key is enough', () => {
    const envelope = signed();
    const foreign = signed(STATEMENT, other.privateKey).signatures[0]!;
    const broken = { ...envelope.signatures[0]!, sig: Buffer.alloc(64).toString('base64') };
    const good = envelope.signatures[0]!;
    for (const signatures of [
      [foreign, good],
      [broken, good],
      [good, broken],
      [{ sig: '' }, good],
    ]) {
      expect(open({ ...envelope, signatures }).kind).toBe('verified');
    }
    expect(open({ ...envelope, signatures: [foreign, broken] }).kind).toBe('rejected');
    expect(open(envelope, other.publicKey, release.publicKey)).toMatchObject({
      kind: 'verified',
      keyid: keyId(release.publicKey),
    });
  });

  it('is read with URL-safe base64 and without padding too, and with fields of later versions', () => {
    const envelope = signed();
    expect(envelope.payload).toMatch(/[+/]/);
    const urlSafe = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_');
    const [{ sig }] = envelope.signatures as [{ sig: string }];
    for (const form of [urlSafe, (text: string) => text.replace(/=+$/, '')]) {
      const variant = { payloadType: envelope.payloadType, payload: form(envelope.payload), later: 1 };
      expect(open({ ...variant, signatures: [{ sig: form(sig), later: 2 }] })).toMatchObject({
        kind: 'verified',
        payload: STATEMENT,
      });
    }
  });
});

describe('a forged envelope is rejected', () => {
  const envelope = signed();
  const [good] = envelope.signatures as [Envelope['signatures'][number]];
  const changed = Buffer.from(STATEMENT.toString().replace('note', 'vote'));
  const odd = (edit: (text: string) => string) => ({ ...envelope, payload: edit(envelope.payload) });

  it.each<[string, unknown]>([
    ['payload changed', { ...envelope, payload: changed.toString('base64') }],
    ['payload of another envelope', { ...signed(changed), signatures: [good] }],
    ['signed by another key', signed(STATEMENT, other.privateKey)],
    [
      'signed by another key that calls itself the right one',
      {
        ...envelope,
        signatures: [
          { keyid: keyId(release.publicKey), sig: signed(STATEMENT, other.privateKey).signatures[0]!.sig },
        ],
      },
    ],
    ['signature stripped', { ...envelope, signatures: [] }],
    ['signature empty', { ...envelope, signatures: [{ keyid: good.keyid, sig: '' }] }],
    ['signature list missing', { payload: envelope.payload, payloadType: envelope.payloadType }],
    ['the plain statement', JSON.parse(STATEMENT.toString())],
    ['payload type swapped', { ...envelope, payloadType: 'application/vnd.other+json' }],
    ['payload type in other letters', { ...envelope, payloadType: IN_TOTO_PAYLOAD.toUpperCase() }],
    ['another type, rightly signed', signEnvelope(STATEMENT, release.privateKey, 'text/plain')],
    [
      'the bytes signed without their encoding',
      { ...envelope, signatures: [{ sig: sign(null, STATEMENT, release.privateKey).toString('base64') }] },
    ],
    ['base64 with a blank', odd((text) => `${text.slice(0, 8)} ${text.slice(8)}`)],
    ['base64 with a line break', odd((text) => `${text}\n`)],
    ['base64 with a character that decoders skip', odd((text) => `${text.slice(0, 8)}*${text.slice(8)}`)],
    ['base64 of both alphabets', odd((text) => `${text.replace(/[+/]/, (c) => (c === '+' ? '-' : '_'))}`)],
    ['base64 with too much padding', odd((text) => `${text}=`)],
    ['hexadecimal', odd(() => STATEMENT.toString('hex'))],
    [
      'more signatures than anybody makes',
      { ...envelope, signatures: Array.from({ length: 17 }, () => good) },
    ],
  ])('%s', (_, forged) => {
    expect(open(forged).kind).toBe('rejected');
  });

  it('any changed byte of the payload', () => {
    fc.assert(
      fc.property(fc.nat(STATEMENT.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const bytes = Buffer.from(STATEMENT);
        bytes[at] = bytes[at]! ^ difference;
        expect(open({ ...envelope, payload: bytes.toString('base64') }).kind).toBe('rejected');
      }),
    );
  });

  it('a key of another kind verifies nothing', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const sig = sign('sha256', preAuthEncoding(IN_TOTO_PAYLOAD, STATEMENT), privateKey).toString('base64');
    expect(open({ ...envelope, signatures: [{ sig }] }, publicKey).kind).toBe('rejected');
  });

  it('with a payload that would break a parser is not parsed', () => {
    const forged = { ...signed(Buffer.from('{"a":')), signatures: [good] };
    expect(open(forged).kind).toBe('rejected');
  });
});
