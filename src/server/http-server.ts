import {
  createServer as createPlainServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import { refuseBadClients, requestsClientCertificate } from './client-certificates.js';
import type { Limits } from './limits.js';
import type { TlsSettings } from './web-config/tls-settings.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface HttpServerOptions {
  /** Undefined: plain HTTP. */
  readonly tls: TlsSettings | undefined;
  readonly maxConnections: number;
  readonly limits: Limits;
  /** The headers of answers that no handler sends. */
  readonly headers: () => Readonly<Record<string, string>>;
}

/** Node's HTTP server with all limits set. */
export function createHttpServer(
  handler: Handler,
  { tls, maxConnections, limits, headers }: HttpServerOptions,
): Server | TlsServer {
  const options = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    maxHeaderSize: limits.headerBytes,
    // Node's own answer would lack the headers that every answer gets here.
    requireHostHeader: false,
  };
  const unfinished = createUnfinishedResponses(limits);
  const handle: Handler = (request, response) => {
    handler(request, response);
    // A response that the system has taken completely is finished.
    if (!response.writableEnded || response.writableLength > 0) unfinished.add(response);
  };
  const server = tls
    ? createTlsServer(
        {
          ...options,
          ...tls.context,
          ...requestsClientCertificate(tls.clientAuth),
          handshakeTimeout: limits.handshakeTimeoutMs,
        },
        handle,
      )
    : createPlainServer(options, handle);
  if (tls) refuseBadClients(server, tls.clientAuth);
  server.maxConnections = maxConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) =>
    answerMalformed(error, socket, headers()),
  );
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(417, { ...headers(), connection: 'close', 'content-length': 0 }).end();
  });
  server.on('listening', unfinished.watch);
  server.on('close', unfinished.close);
  return server;
}

/** Disconnects clients that do not read their response in time, as the unread bytes stay in memory. */
function createUnfinishedResponses({ checkIntervalMs, responseTimeoutMs }: Limits): {
  add(response: ServerResponse): void;
  watch(): void;
  close(): void;
} {
  const beganAt = new Map<ServerResponse, number>();
  let timer: NodeJS.Timeout | undefined;
  const cutOff = (): void => {
    const now = performance.now();
    for (const [response, began] of beganAt) {
      const { socket } = response.req;
      if (response.writableEnded && now - began > responseTimeoutMs) socket.destroy();
      // With pipelining, a response whose turn never came gets no event when the socket closes.
      if (socket.destroyed) beganAt.delete(response);
    }
  };
  return {
    add(response) {
      beganAt.set(response, performance.now());
      response.once('close', () => beganAt.delete(response));
    },
    watch() {
      timer = setInterval(cutOff, checkIntervalMs);
      timer.unref();
    },
    close: () => clearInterval(timer),
  };
}

const STATUS_OF_ERROR: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers requests that are not valid HTTP or come too slowly; handlers never see them. */
function answerMalformed(
  error: NodeJS.ErrnoException,
  socket: Socket,
  headers: Readonly<Record<string, string>>,
): void {
  const code = error.code ?? '';
  const status = STATUS_OF_ERROR[code] ?? (code.startsWith('HPE_') ? '400 Bad Request' : undefined);
  // No answer is possible when the client does not use TLS, is gone, or has not read the last response.
  if (status !== undefined && socket.writable && socket.writableLength === 0) {
    const lines = Object.entries({ ...headers, connection: 'close', 'content-length': '0' }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    socket.write([`HTTP/1.1 ${status}`, ...lines, '', ''].join('\r\n'), 'latin1');
  }
  socket.destroySoon();
}
