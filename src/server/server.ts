import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import type { CollectorRunner } from '../collectors/runner.js';
import type { OpenCircuit } from '../collectors/scheduler.js';
import { messageOf } from '../errors.js';
import type { Exposition } from '../exposition/exposition.js';
import { CONTENT_TYPES } from '../exposition/format.js';
import { acceptsGzip, negotiateFormat } from '../exposition/negotiate.js';
import { createGate } from './authentication/gate.js';
import { collectorsPage } from './pages/collectors.js';
import { homePage } from './pages/home.js';
import { noRunbookPage, runbookPage, runbooksPage } from './pages/runbooks.js';
import { asSlug, type Destinations } from './runbooks/destinations.js';
import type { Runbooks } from './runbooks/library.js';
import type { Web } from './web.js';

/** What the HTTP side shows; functions, because a reload replaces what stands behind them. */
export interface ServerSources {
  readonly exposition: Exposition;
  readonly version: string;
  readonly runners: () => readonly CollectorRunner[];
  readonly openCircuits: () => ReadonlyMap<string, OpenCircuit>;
  readonly databaseUp: () => boolean;
  readonly databaseTarget: () => string;
  /** Absent: the reload endpoint is off. */
  readonly reload: (() => Promise<void>) | undefined;
  /** Whether `/collectors` shows rows. */
  readonly rowSamples: () => boolean;
  readonly runbooks: Runbooks;
  /** Grafana's address as browsers reach it, for links to dashboards. */
  readonly grafanaUrl: () => string | undefined;
  readonly web: Web;
  readonly log: Logger;
}

export function createServer(sources: ServerSources): FastifyInstance {
  const { exposition, web, log } = sources;
  const gate = createGate(web.authenticator);
  const server = fastify({
    logger: false,
    bodyLimit: 1024,
    forceCloseConnections: true,
    return503OnClosing: false,
    serverFactory: web.serverFactory,
    // The web's own server answers these.
    clientErrorHandler: () => undefined,
    // An address that cannot be decoded never comes to the hooks.
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

  // Written straight to the socket: the one path that runs all day does nothing but send what lies ready.
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
    const waiting = sources.runners().filter((runner) => !runner.state().settled);
    reply.type('text/plain');
    if (waiting.length === 0) return reply.send('ready\n');
    const names = waiting.map((runner) => runner.definition.name).join(', ');
    return reply.code(503).send(`not ready: waiting for the first run of ${names}\n`);
  });

  server.post('/-/reload', async (_request, reply) => {
    reply.type('text/plain');
    if (!sources.reload)
      return reply.code(403).send('the reload endpoint is off; set reload_endpoint: true, or send SIGHUP\n');
    try {
      await sources.reload();
      return await reply.send('configuration loaded\n');
    } catch (error) {
      return reply.code(400).send(`${messageOf(error)}\n`);
    }
  });

  server.get('/', (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(
      homePage({
        version: sources.version,
        runners: sources.runners(),
        databaseUp: sources.databaseUp(),
        databaseTarget: sources.databaseTarget(),
        now: Date.now(),
      }),
    ),
  );

  server.get('/collectors', (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(
      collectorsPage({
        runners: sources.runners(),
        openCircuits: sources.openCircuits(),
        rowSamples: sources.rowSamples(),
        now: Date.now(),
      }),
    ),
  );

  const destinations = ({ project }: ProjectQuery): Destinations => ({
    runbooks: sources.runbooks,
    project: asSlug(project),
    grafana: sources.grafanaUrl(),
  });
  server.get<{ Querystring: ProjectQuery }>('/runbooks', (request, reply) =>
    reply.type('text/html; charset=utf-8').send(runbooksPage(destinations(request.query))),
  );
  server.get<{ Params: { alert: string }; Querystring: ProjectQuery }>(
    '/runbooks/:alert',
    (request, reply) => {
      const page = runbookPage(request.params.alert, destinations(request.query));
      return reply
        .code(page === undefined ? 404 : 200)
        .type('text/html; charset=utf-8')
        .send(page ?? noRunbookPage());
    },
  );

  return server;
}

/** Whatever somebody wrote behind the `?`. */
interface ProjectQuery {
  readonly project?: unknown;
}

function badRequest(reply: FastifyReply): void {
  reply.code(400).type('text/plain').send('bad request\n');
}
