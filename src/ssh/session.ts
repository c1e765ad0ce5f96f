import type { Duplex } from 'node:stream';
import ssh2, { type Client } from 'ssh2';
import { BugflowError } from '../base/errors.js';
import { readCredentials } from './credentials.js';
import { explainClose, explainForwardError, explainSessionError } from './explain-ssh-error.js';
import { createHandshakeRecord } from './handshake-record.js';
import { hostKeyAlgorithms, refuseHostKey } from './host-key.js';
import { readKnownKeys } from './known-hosts.js';
import { createLogin } from './login.js';
import type { Hop } from './route.js';

/** One session with the SSH server that reaches the database, through the servers before it. */
export interface Session {
  /** Opens a stream to a host, by its name as the last server knows it. @throws BugflowError */
  forward(host: string, port: number): Promise<Duplex>;
  /** Resolves with the reason when the session is over. */
  readonly lost: Promise<BugflowError>;
  close(): void;
}

export interface SessionOptions {
  readonly connectTimeoutMs: number;
  readonly keepAliveMs: number;
  /** Cancels a session that is being set up. */
  readonly signal: AbortSignal;
}

const MISSED_KEEP_ALIVES = 3;

/** Logs in at each server in turn. @throws BugflowError */
export async function openSession(hops: readonly Hop[], options: SessionOptions): Promise<Session> {
  const target = hops.at(-1);
  if (!target) throw new Error('unreachable: a route has a server');
  const clients: Client[] = [];
  const over = new AbortController();
  let lose: (error: BugflowError) => void = () => undefined;
  const lost = new Promise<BugflowError>((resolve) => {
    lose = (error) => {
      over.abort();
      resolve(error);
    };
  });
  const failure = lost.then((error) => Promise.reject(error));
  failure.catch(() => {
    for (const client of clients) client.destroy();
  });

  const { connectTimeoutMs, signal } = options;
  let current = target;
  const timer = setTimeout(
    () =>
      lose(
        new BugflowError(
          'TUNNEL_UNREACHABLE',
          `the SSH server ${current.label} did not let anybody in within ${connectTimeoutMs} ms; check host and port, or raise ssh.connect_timeout`,
        ),
      ),
    connectTimeoutMs,
  );
  const onAbort = (): void => lose(closedError(target));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    for (const hop of hops) {
      current = hop;
      const before = clients.at(-1);
      const beforeHop = hops[clients.length - 1];
      const socket =
        before && beforeHop
          ? await Promise.race([forwardOut(before, beforeHop, hop.host, hop.port, 'server'), failure])
          : undefined;
      await Promise.race([logIn(hop, socket, clients, options, over.signal, lose), failure]);
    }
  } catch (error) {
    lose(error instanceof BugflowError ? error : explainSessionError(error, current));
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
  const last = clients.at(-1);
  if (!last) throw new Error('unreachable: a route has a server');
  return {
    forward: (host, port) => forwardOut(last, target, host, port, 'database'),
    lost,
    close() {
      // Tells the servers, for their logs; nobody waits for an answer.
      for (const client of clients.toReversed()) client.end();
      lose(closedError(target));
    },
  };
}

async function logIn(
  hop: Hop,
  socket: Duplex | undefined,
  clients: Client[],
  { keepAliveMs }: SessionOptions,
  over: AbortSignal,
  lose: (error: BugflowError) => void,
): Promise<void> {
  const known = await readKnownKeys(hop.knownHostsFiles, hop.host, hop.port);
  const login = createLogin(await readCredentials(hop), hop.user);
  const handshake = createHandshakeRecord();
  // Cancelled while the files were read: nobody would close a connection that began now.
  if (over.aborted) throw closedError(hop);
  const client = new ssh2.Client();
  clients.push(client);
  let keyError: BugflowError | undefined;
  // Otherwise each request waits for the delayed acknowledgement of the one before.
  client.on('connect', () => void client.setNoDelay(true));
  client.on('error', (error: Error & { level?: string }) => {
    // An agent that does not sign is no reason to give up: other ways to log in may follow.
    if (error.level === 'agent') return;
    lose(keyError ?? explainSessionError(error, hop, { login: login.outcome(), handshake }));
  });
  let isIn = false;
  client.on('close', () => lose(explainClose(hop, isIn ? undefined : login.outcome())));
  await new Promise<void>((resolve) => {
    client.once('ready', () => {
      isIn = true;
      resolve();
    });
    client.connect({
      ...(socket === undefined ? { host: hop.host, port: hop.port } : { sock: socket }),
      username: hop.user,
      authHandler: login.next,
      debug(line) {
        handshake.read(line);
        login.read(line);
      },
      algorithms: { serverHostKey: hostKeyAlgorithms(known) },
      hostVerifier: (key: Buffer) => {
        keyError = refuseHostKey(key, hop, known);
        return keyError === undefined;
      },
      // One limit for all servers together is used instead.
      readyTimeout: 0,
      keepaliveInterval: keepAliveMs,
      keepaliveCountMax: MISSED_KEEP_ALIVES,
    });
  });
}

function forwardOut(
  client: Client,
  hop: Hop,
  host: string,
  port: number,
  what: 'database' | 'server',
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(explainForwardError(error, hop, `${host}:${port}`, what));
    try {
      client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
        if (error) fail(error);
        else resolve(channel);
      });
    } catch (error) {
      fail(error);
    }
  });
}

function closedError(hop: Hop): BugflowError {
  return new BugflowError('TUNNEL_UNREACHABLE', `the SSH session with ${hop.label} was closed here`);
}
