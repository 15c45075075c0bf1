/** Ed25519 keys in PEM files: made, read, never overwritten. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, existsSync, fchmodSync, openSync, rmSync, writeSync } from 'node:fs';
import { keyId } from '../certificate/dsse.js';
import type { KeygenDocument } from '../report/documents/keygen.js';
import { InputError } from '../util/errors.js';
import { describeKind, fileKind } from '../util/file-kind.js';
import { readRegularFile } from '../util/read-regular-file.js';
import { describeSystemError } from '../util/system-error.js';
import { assertWritable } from './output-file.js';
import { VERSION } from './version.js';

/** A PEM file of an Ed25519 key has about a hundred bytes; comments may stand before it. */
const MAX_BYTES = 64 * 1024;

/**
 * Makes a key pair: `NAME.key.pem` (PKCS #8, readable by its owner only) and `NAME.pub.pem` (SubjectPublicKeyInfo).
 * @throws InputError if one of the files exists already or cannot be written
 */
export function keygen(name: string): KeygenDocument {
  const privateFile = `${name}.key.pem`;
  const publicFile = `${name}.pub.pem`;
  for (const file of [privateFile, publicFile]) {
    assertWritable(file);
    if (existsSync(file)) throw taken(file);
  }
  const pair = generateKeyPairSync('ed25519');
  writeNew(privateFile, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  try {
    writeNew(publicFile, pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 0o644);
  } catch (error) {
    // Half a pair is of no use, and this half was made by this call.
    rmSync(privateFile, { force: true });
    throw error;
  }
  return {
    format: 'napcert-keygen/1',
    napcert: VERSION,
    privateKey: privateFile,
    publicKey: publicFile,
    keyid: keyId(pair.publicKey),
  };
}

/** @throws InputError for a file that is no Ed25519 private key in PEM */
export function readPrivateKey(path: string): KeyObject {
  return readKey(path, 'the private key', '--sign-key', createPrivateKey);
}

/** @throws InputError for a file that is no Ed25519 public key in PEM; a private key is refused too */
export function readPublicKey(path: string): KeyObject {
  return readKey(path, 'the public key', '--verify-key', (pem) => {
    if (/PRIVATE KEY/.test(pem)) throw new Error('a private key');
    return createPublicKey(pem);
  });
}

function readKey(path: string, what: string, option: string, parse: (pem: string) => KeyObject): KeyObject {
  const expected = `an Ed25519 key in PEM, written by \`napcert keygen\``;
  const pem = readRegularFile(path, { what, expected, maxBytes: MAX_BYTES }).toString('utf8');
  let key: KeyObject;
  try {
    key = parse(pem);
  } catch (error) {
    const kind = fileKind(pem);
    const isPrivate = /a private key/.test(String(error));
    const found = isPrivate ? 'a private key' : kind === null ? 'something else' : describeKind(kind);
    throw new InputError(`cannot read ${what}`, { file: path, place: option, expected, found });
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new InputError(`${what} is of another kind`, {
    file: path,
    place: option,
    expected,
    found: key.asymmetricKeyType ?? key.type,
  });
}

/** `wx`: a file that somebody else makes in between is not overwritten either. */
function writeNew(path: string, text: string, mode: number): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(path);
    throw unwritable(path, error);
  }
  try {
    fchmodSync(descriptor, mode);
    writeSync(descriptor, text);
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    closeSync(descriptor);
  }
}

function taken(path: string): InputError {
  return new InputError('the key file exists already', {
    file: path,
    place: '--output',
    expected: 'a new name; keys are never overwritten',
    found: 'a file',
  });
}

function unwritable(path: string, error: unknown): InputError {
  return new InputError('the key cannot be written', {
    file: path,
    place: '--output',
    expected: 'a writable path',
    found: describeSystemError(error),
  });
}
