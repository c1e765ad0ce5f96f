import { rmSync, writeFileSync } from 'node:fs';
import { type Agent, request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { createExposition, type Exposition } from '../../src/exposition/exposition.js';
import { toSampleFamily } from '../../src/exposition/sample-families.js';
import type { Limits } from '../../src/server/limits.js';
import { createServer } from '../../src/server/server.js';
import { openWeb, type Web } from '../../src/server/web.js';
import { type ServerSources, serverOptions } from '../support/server-options.js';
import { folderWith, items } from '../unit/helpers.js';

/** What no page may show to a stranger. */
export const DATA = /team_items|webshop|healthy|ready|collector|1\.2\.3|db\.example|loaded/i;

/** The HTTP side on loopback, with a web file of a test's own. */
export interface WebServer {
  readonly port: number;
  readonly fastify: FastifyInstance;
  readonly web: Web;
  readonly exposition: Exposition;
  /** Lines of the log. */
  readonly logged: readonly string[];
  path(name: string): string;
  /** Writes a file beside the web file. */
  write(name: string, text: string): void;
  remove(name: string): void;
  get(path: string, options?: GetOptions): Promise<Answer>;
}

export interface WebServerOptions {
  readonly webFile?: string | undefined;
  readonly files?: Readonly<Record<string, string>>;
  readonly limits?: Limits;
  readonly maxConnections?: number;
  readonly sources?: Partial<ServerSources>;
}

export interface GetOptions {
  readonly method?: string;
  readonly auth?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  readonly body?: string;
  /** TLS, with this. */
  readonly tls?: ConnectionOptions;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export async function startWebServer({
  webFile,
  files = {},
  limits,
  maxConnections = 512,
  sources = {},
}: WebServerOptions = {}): Promise<WebServer> {
  const folder = await folderWith({ ...files, ...(webFile === undefined ? {} : { 'web.yaml': webFile }) });
  const logged: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void logged.push(line) });
  const web = await openWeb(
    { configFile: webFile === undefined ? undefined : join(folder, 'web.yaml'), maxConnections },
    { log, pollIntervalMs: 50, ...(limits && { limits }) },
  );
  const exposition = await createExposition();
  await exposition.publish('items', [toSampleFamily(items(3))]);
  const fastify = createServer({
    ...(await serverOptions(sources)),
    exposition,
    web,
    log,
  });
  await fastify.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    web.close();
    await fastify.close();
  });
  const { port } = fastify.server.address() as AddressInfo;
  const path = (name: string): string => join(folder, name);
  return {
    port,
    fastify,
    web,
    exposition,
    logged,
    path,
    write: (name, text) => writeFileSync(path(name), text),
    remove: (name) => rmSync(path(name)),
    get: (target, options) => get(port, target, options),
  };
}

/** One request. Rejects when the connection breaks. */
export function get(
  port: number,
  path: string,
  { method = 'GET', auth, token, headers, agent, body, tls }: GetOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      host: '127.0.0.1',
      port,
      path,
      method,
      auth,
      agent: agent ?? false,
      headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    };
    const request = tls ? tlsRequest({ ...tls, ...options }) : plainRequest(options);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A bare connection: what was received until it ended, however it ended. */
export interface Wire {
  readonly socket: Socket;
  readonly received: () => string;
  readonly ended: Promise<string>;
}

export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const received = (): string => Buffer.concat(chunks).toString('latin1');
  const ended = new Promise<string>((resolve) => {
    socket.once('end', () => resolve(received()));
    socket.once('close', () => resolve(received()));
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  onTestFinished(() => void socket.destroy());
  return { socket, received, ended };
}
