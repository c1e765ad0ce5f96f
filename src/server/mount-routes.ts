import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { layout, layoutInSteps, type MenuEntry } from './pages/layout.js';
import type { Route } from './route.js';

const NO_BODY = Buffer.alloc(0);

/** Serves routes; all their pages have the same menu. */
export function mountRoutes(server: FastifyInstance, routes: readonly Route[]): void {
  const menu = menuOf(routes);
  const scripts = routes.flatMap(({ path, isScript }) => (isScript ? [path] : []));
  // In its own scope, so that the bodies of other routes are parsed as usual.
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    for (const { method, path, login, bodyLimitBytes, handle } of routes)
      scope.route({
        method,
        url: path,
        config: { login },
        ...(bodyLimitBytes !== undefined && { bodyLimit: bodyLimitBytes }),
        async handler({ params, query, headers, body }, reply) {
          const answer = await handle({
            params: params as Record<string, string>,
            query: query as Record<string, unknown>,
            headers,
            body: Buffer.isBuffer(body) ? body : NO_BODY,
          });
          reply.code(answer.status ?? 200);
          if (!('page' in answer))
            return reply
              .headers(answer.headers ?? {})
              .type(answer.contentType)
              .send(answer.body);
          const { page, later } = answer;
          return reply
            .type('text/html; charset=utf-8')
            .send(
              later ? Readable.from(layoutInSteps(page, later, menu, scripts)) : layout(page, menu, scripts),
            );
        },
      });
  });
}

/** The entries in the menu of every page. */
export function menuOf(routes: readonly Route[]): readonly MenuEntry[] {
  return routes.flatMap(({ path, link }) => (link ? [{ path, ...link }] : []));
}
