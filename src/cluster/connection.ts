/** How to reach Redis, with nothing secret in what is said about it. */
import { Redis } from 'ioredis';
import { InputError } from '../util/errors.js';
import { readRegularFile } from '../util/read-regular-file.js';

export interface RedisChoice {
  /** `redis://` or, with TLS, `rediss://[user[:password]@]host[:port][/db]`. */
  readonly url: string;
  /** PEM file of the authority that signed the server's certificate. */
  readonly caFile?: string;
  /** Overrides what the URL has; from the environment, so that it is in no list of processes. */
  readonly username?: string;
  readonly password?: string;
}

/** As ioredis and BullMQ take it. */
export interface RedisSettings {
  host: string;
  port: number;
  db: number;
  username?: string;
  password?: string;
  tls?: { servername: string; ca?: string };
  maxRetriesPerRequest: null;
  retryStrategy: () => number | null;
  connectTimeout: number;
}

export interface RedisAddress {
  readonly options: RedisSettings;
  /** The address without user, password or parameters. */
  readonly shown: string;
  /** Lost connections are no longer retried: for a program that ends while the server is away. */
  readonly stopRetrying: () => void;
}

const MAX_CA_BYTES = 2 ** 20;
/** Between attempts to reconnect. */
const RETRY_MS = 500;
const FIRST_TIMEOUT_MS = 10_000;

/** @throws InputError for a URL that is none of Redis, or a CA file that cannot be read; never with the password */
export function redisAddress(choice: RedisChoice): RedisAddress {
  const url = URL.canParse(choice.url) ? new URL(choice.url) : null;
  if (url === null || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '') {
    throw wrongUrl('something else');
  }
  const db = url.pathname === '' || url.pathname === '/' ? 0 : Number(url.pathname.slice(1));
  if (!Number.isInteger(db) || db < 0 || url.search !== '' || url.hash !== '') {
    throw wrongUrl(`${url.protocol}//${url.host} with a path or parameters that mean nothing here`);
  }
  const username = choice.username ?? decodeURIComponent(url.username);
  const password = choice.password ?? decodeURIComponent(url.password);
  const tls = url.protocol === 'rediss:';
  if (choice.caFile !== undefined && !tls) {
    throw new InputError('--redis-ca is for TLS', {
      expected: 'a URL that begins with rediss://',
      found: 'redis://',
    });
  }
  const ca =
    choice.caFile === undefined
      ? {}
      : {
          ca: Buffer.from(
            readRegularFile(choice.caFile, {
              what: 'the certificate authority',
              expected: 'a PEM file',
              maxBytes: MAX_CA_BYTES,
            }),
          ).toString('utf8'),
        };
  let retrying = true;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    options: {
      host,
      port: url.port === '' ? 6379 : Number(url.port),
      db,
      ...(username === '' ? {} : { username }),
      ...(password === '' ? {} : { password }),
      ...(tls ? { tls: { servername: host, ...ca } } : {}),
      // Commands wait for a server that comes back; who waits too long is decided above.
      maxRetriesPerRequest: null,
      retryStrategy: () => (retrying ? RETRY_MS : null),
      connectTimeout: FIRST_TIMEOUT_MS,
    },
    shown: `${url.protocol}//${url.host}${db === 0 ? '' : `/${db}`}`,
    stopRetrying: () => {
      retrying = false;
    },
  };
}

function wrongUrl(found: string): InputError {
  return new InputError('not the address of a Redis server', {
    place: '--redis',
    expected: 'redis://HOST:PORT, or rediss://HOST:PORT for TLS',
    found,
  });
}

/**
 * A connection that has answered once.
 * @throws InputError if the server cannot be reached, or refuses
 */
export async function connect({ options, shown }: RedisAddress): Promise<Redis> {
  const probe = new Redis({
    ...options,
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
  });
  let reason = 'no answer';
  probe.on('error', (error: Error) => {
    reason = error.message;
  });
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new InputError('Redis cannot be reached', {
      place: shown,
      expected: 'a server that answers PING',
      found: text.includes('Connection is closed') ? reason : text,
    });
  } finally {
    probe.disconnect();
  }
  return quiet(new Redis(options));
}

/** Lost connections are retried; without a listener each would be printed. */
function quiet(client: Redis): Redis {
  client.on('error', () => {});
  return client;
}

/** How long closing in order may take: a worker's running jobs go back to the queue first. */
const CLOSING_MS = 8000;

/** Waits for connections that close in order; a server that is away must not keep the program from ending. */
export async function closed(
  { stopRetrying }: RedisAddress,
  closing: readonly Promise<unknown>[],
): Promise<void> {
  let timer: NodeJS.Timeout | null = null;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, CLOSING_MS);
  });
  stopRetrying();
  await Promise.race([Promise.allSettled(closing), late]);
  if (timer !== null) clearTimeout(timer);
}
