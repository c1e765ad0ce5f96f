import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { messageOf } from '../base/errors.js';
import type { Exposition } from '../exposition/exposition.js';
import { CONTENT_TYPES } from '../exposition/format.js';
import { acceptsGzip, negotiateFormat } from '../exposition/negotiate.js';
import { createGate } from './authentication/gate.js';
import { mountRoutes } from './mount-routes.js';
import type { Route } from './route.js';
import type { Web } from './web.js';

export interface ServerOptions {
  readonly exposition: Exposition;
  readonly web: Web;
  readonly log: Logger;
  /** The routes besides the server's own paths. */
  readonly routes: readonly Route[];
  /** What is missing until the service is ready; empty: it is ready. */
  readonly waitingFor: () => readonly string[];
  /** Absent: the reload endpoint is disabled. */
  readonly reload: (() => Promise<void>) | undefined;
}

/** The most bytes of a body, unless the route sets another limit. */
const BODY_LIMIT_BYTES = 1024;

/** The HTTP server: logins, `/metrics`, `/-/healthy`, `/-/ready`, `/-/reload`, and the given routes. */
export function createServer(options: ServerOptions): FastifyInstance {
  const { exposition, web, log, routes, waitingFor, reload } = options;
  const gate = createGate(web.authenticator);
  const server = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: true,
    return503OnClosing: false,
    serverFactory: web.serverFactory,
    // The server from `Web` answers these.
    clientErrorHandler: () => undefined,
    // Hooks do not run when an address cannot be decoded.
    frameworkErrors(_error, request, reply) {
      reply.headers(web.headers());
      gate(request, reply, () => badRequest(reply));
    },
  });

  server.addHook('onRequest', gate);
  server.addHook('onSend', (_request, reply, _payload, done) => {
    reply.headers(web.headers());
    done();
  });
  server.setErrorHandler((error, _request, reply) => {
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 500) log.error(`request failed: ${messageOf(error)}`);
    return reply
      .code(status)
      .type('text/plain')
      .send(status >= 500 ? 'internal error\n' : `${messageOf(error)}\n`);
  });
  server.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain').send('not found\n'));

  // Written directly to the socket, as this path is requested all day: it only sends bytes that are ready.
  server.get('/metrics', (request, reply) => {
    const format = negotiateFormat(request.headers.accept);
    const gzip = acceptsGzip(request.headers['accept-encoding']);
    const body = exposition.body(format, gzip);
    reply.hijack();
    reply.raw.writeHead(200, {
      ...web.headers(),
      'content-type': CONTENT_TYPES[format],
      'content-length': body.length,
      vary: 'accept, accept-encoding',
      ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    });
    reply.raw.end(request.method === 'HEAD' ? undefined : body);
  });

  server.get('/-/healthy', (_request, reply) => reply.type('text/plain').send('healthy\n'));

  server.get('/-/ready', (_request, reply) => {
    const missing = waitingFor();
    reply.type('text/plain');
    if (missing.length === 0) return reply.send('ready\n');
    return reply.code(503).send(`not ready: waiting for ${missing.join(', and for ')}\n`);
  });

  server.post('/-/reload', async (_request, reply) => {
    reply.type('text/plain');
    if (!reload)
      return reply.code(403).send('the reload endpoint is off; set reload_endpoint: true, or send SIGHUP\n');
    try {
      await reload();
      return await reply.send('configuration loaded\n');
    } catch (error) {
      return reply.code(400).send(`${messageOf(error)}\n`);
    }
  });

  mountRoutes(server, routes);
  return server;
}

function badRequest(reply: FastifyReply): void {
  reply.code(400).type('text/plain').send('bad request\n');
}
