import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Accounts, forbidden, forbids, unauthorized, whoAsks } from './grafana/access.js';
import { platformRoutes, type Route, route } from './grafana/platform.js';
import { type Answer, createGrafanaStore, type GrafanaStore, type Json } from './grafana/store.js';

export interface FakeDatasource {
  readonly uid: string;
  readonly name: string;
  readonly type: string;
  readonly isDefault?: boolean;
}

export interface GrafanaServerOptions {
  /** 0: a free port. */
  readonly port?: number;
  readonly host?: string;
  /** `/grafana`: as behind a proxy, with `serve_from_sub_path`. */
  readonly subPath?: string;
  readonly version?: string;
  readonly accounts?: Accounts;
  readonly datasources?: readonly FakeDatasource[];
  readonly store?: GrafanaStore;
  /** Without `/api/playlists`, as Grafana announces for a future version. */
  readonly withoutLegacyPlaylists?: boolean;
  /** Called first; its result, if any, is sent in place of Grafana's answer: a proxy, a fault. */
  readonly before?: (request: IncomingMessage) => Interruption | undefined;
}

export interface Interruption {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
}

/** A fake of Grafana's HTTP API with permissions, versions, and files that cannot be overwritten. */
export interface GrafanaServer {
  readonly url: string;
  readonly store: GrafanaStore;
  /** The requests so far, like `POST /api/folders`. */
  readonly requests: readonly string[];
  /** The requests that write. */
  writes(): readonly string[];
  close(): Promise<void>;
}

export const PROMETHEUS: FakeDatasource = {
  uid: 'prometheus-uid',
  name: 'Prometheus',
  type: 'prometheus',
  isDefault: true,
};

export async function startGrafanaServer(options: GrafanaServerOptions = {}): Promise<GrafanaServer> {
  const { subPath = '', accounts = {}, before } = options;
  const store = options.store ?? createGrafanaStore();
  const routes = [
    ...routesOf(store, options.datasources ?? [PROMETHEUS]),
    ...(options.withoutLegacyPlaylists ? [] : playlistRoutes(store)),
    ...platformRoutes(store),
  ];
  const version = options.version ?? '12.4.0';
  const requests: string[] = [];

  const answer = (request: IncomingMessage, path: string, query: URLSearchParams, body: Json): Answer => {
    if (path === '/api/health') return { status: 200, body: { database: 'ok', version, commit: '0' } };
    const role = whoAsks(request.headers, accounts);
    if (typeof role !== 'string') return role;
    const line = `${request.method} ${path}`;
    for (const { pattern, needs, permission, handle } of routes) {
      const match = pattern.exec(line);
      if (!match) continue;
      return forbids(role, needs, permission) ?? handle({ role, uid: match[1] ?? '', query, body });
    }
    return { status: 404, body: { message: 'Not found' } };
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await textOf(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(`${request.method} ${url.pathname}`);
    const interruption = before?.(request);
    if (interruption) {
      response.writeHead(interruption.status, interruption.headers).end(interruption.text);
      return;
    }
    if (!url.pathname.startsWith(`${subPath}/`)) {
      response.writeHead(301, { location: `${subPath}${url.pathname}` }).end();
      return;
    }
    const path = url.pathname.slice(subPath.length);
    if (/^\/apis?\//.test(path)) {
      const body = text === '' ? {} : (JSON.parse(text) as Json);
      send(response, answer(request, path, url.searchParams, body));
      return;
    }
    // All its pages are the same page: the content comes through the API.
    response
      .writeHead(200, { 'content-type': 'text/html; charset=UTF-8' })
      .end('<!doctype html><html lang="en"><title>Grafana</title></html>');
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      send(response, { status: 500, body: { message: String(error) } });
    });
  });
  const { host = '127.0.0.1', port = 0 } = options;
  server.listen(port, host);
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}${subPath}`,
    store,
    requests,
    writes: () => requests.filter((line) => !line.startsWith('GET ')),
    close: () => close(server),
  };
}

function routesOf(store: GrafanaStore, datasources: readonly FakeDatasource[]): readonly Route[] {
  const settings = {
    datasources: Object.fromEntries(datasources.map(({ name, uid, type }) => [name, { uid, name, type }])),
    defaultDatasource: datasources.find(({ isDefault }) => isDefault)?.name,
    namespace: 'default',
  };
  return [
    route('GET /api/datasources', 'admin', 'datasources:read', () => ({ status: 200, body: datasources })),
    route('GET /api/frontend/settings', 'viewer', '', () => ({ status: 200, body: settings })),
    route('GET /api/user', 'viewer', '', ({ role }) =>
      role === 'anonymous' ? unauthorized('Unauthorized') : { status: 200, body: { login: role } },
    ),
    route('GET /api/search', 'viewer', '', ({ query }) => store.search(query)),
    route('GET /api/dashboards/uid/:uid', 'viewer', 'dashboards:read', ({ uid }) => store.getDashboard(uid)),
    route('GET /api/dashboards/uid/:uid/versions', 'editor', 'dashboards:write', ({ uid }) =>
      store.dashboardVersions(uid),
    ),
    route('POST /api/dashboards/db', 'editor', 'dashboards:create', ({ body }) => store.saveDashboard(body)),
    route('DELETE /api/dashboards/uid/:uid', 'editor', 'dashboards:delete', ({ uid }) =>
      store.deleteDashboard(uid),
    ),
    route('GET /api/folders', 'viewer', 'folders:read', () => store.listFolders()),
    route('POST /api/folders', 'editor', 'folders:create', ({ body }) => store.createFolder(body)),
    route('GET /api/folders/:uid', 'viewer', 'folders:read', ({ role, uid }) => {
      // Only administrators have a right to folders that do not exist.
      const isHidden = !store.folders.has(uid) && role !== 'admin';
      return isHidden ? forbidden('folders:read') : store.getFolder(uid);
    }),
    route('PUT /api/folders/:uid', 'editor', 'folders:write', ({ uid, body }) =>
      store.updateFolder(uid, body),
    ),
  ];
}

function playlistRoutes(store: GrafanaStore): readonly Route[] {
  return [
    route('GET /api/playlists', 'viewer', '', () => store.listPlaylists()),
    route('GET /api/playlists/:uid', 'viewer', '', ({ uid }) => store.getPlaylist(uid)),
    route('POST /api/playlists', 'editor', 'playlists:write', ({ body }) => store.createPlaylist(body)),
    route('PUT /api/playlists/:uid', 'editor', 'playlists:write', ({ uid, body }) =>
      store.updatePlaylist(uid, body),
    ),
    route('DELETE /api/playlists/:uid', 'editor', 'playlists:write', ({ uid }) => store.deletePlaylist(uid)),
  ];
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
