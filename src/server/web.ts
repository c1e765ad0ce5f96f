import type { Server as PlainServer } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { FastifyServerFactory } from 'fastify';
import type { Logger } from 'pino';
import { messageOf } from '../base/errors.js';
import type { WebConfig } from '../config/web-section.js';
import { type Authenticator, createAuthenticator } from './authentication/authenticator.js';
import { verifiesClients } from './client-certificates.js';
import { createHttpServer } from './http-server.js';
import { LIMITS, type Limits } from './limits.js';
import { type WatchedWebFile, watchWebFile } from './web-config/watched-web-file.js';
import type { WebSettings } from './web-config/web-file.js';

/** The layer between the network and the pages: TLS, limits, logins and headers, from the current web file. */
export interface Web {
  readonly scheme: 'http' | 'https';
  /** Creates the server on which Fastify listens. */
  readonly serverFactory: FastifyServerFactory;
  /** Undefined when no login is required. */
  authenticator(): Authenticator | undefined;
  /** Whether only known clients are let in, by a login or by their certificate. */
  restrictsAccess(): boolean;
  /** The headers of every response. */
  headers(): Readonly<Record<string, string>>;
  /** See {@link WatchedWebFile}. */
  lastReadSuccessful(): boolean | undefined;
  reload(): Promise<void>;
  close(): void;
}

export interface WebOptions {
  readonly log: Logger;
  /** Called after each reading of the web file, whether it succeeded or not. */
  readonly onChange?: () => void;
  readonly limits?: Limits;
  readonly pollIntervalMs?: number;
}

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

interface WebState {
  readonly authenticator: Authenticator | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws BugflowError when the web file is wrong */
export async function openWeb(
  { configFile, maxConnections }: Pick<WebConfig, 'configFile' | 'maxConnections'>,
  { log, onChange = () => undefined, limits = LIMITS, pollIntervalMs }: WebOptions,
): Promise<Web> {
  let server: PlainServer | TlsServer | undefined;
  const kept: WatchedWebFile = await watchWebFile({
    file: configFile,
    pollIntervalMs,
    onNew(settings) {
      if (settings.tls && server && 'setSecureContext' in server)
        server.setSecureContext(settings.tls.context);
      state = stateOf(settings);
      log.info('web configuration loaded');
      onChange();
    },
    onWrong(error) {
      log.error(`the web configuration was not loaded, the old one stays in force: ${messageOf(error)}`);
      onChange();
    },
  });
  const { tls } = kept.current();
  let state = stateOf(kept.current());

  return {
    scheme: tls ? 'https' : 'http',
    serverFactory(handler) {
      server = createHttpServer(handler, {
        tls: kept.current().tls,
        maxConnections,
        limits,
        headers: () => state.headers,
      });
      return server;
    },
    authenticator: () => state.authenticator,
    restrictsAccess: () => state.authenticator !== undefined || verifiesClients(tls?.clientAuth),
    headers: () => state.headers,
    lastReadSuccessful: kept.lastReadSuccessful,
    reload: kept.reload,
    close: kept.close,
  };
}

function stateOf(settings: WebSettings): WebState {
  return {
    authenticator: createAuthenticator(settings),
    headers: { ...SECURITY_HEADERS, ...settings.headers },
  };
}
