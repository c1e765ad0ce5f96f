import type { Role } from './access.js';
import type { Answer, GrafanaStore, Json, StoredPlaylist } from './store.js';

export interface Call {
  readonly role: Role;
  readonly uid: string;
  readonly query: URLSearchParams;
  readonly body: Json;
}

export interface Route {
  readonly pattern: RegExp;
  readonly needs: Role;
  readonly permission: string;
  readonly handle: (call: Call) => Answer;
}

/** Matches a method and a path, and passes on `:uid`. */
export function route(line: string, needs: Role, permission: string, handle: Route['handle']): Route {
  return { pattern: new RegExp(`^${line.replace(':uid', '([\\w-]+)')}$`), needs, permission, handle };
}

const PATH = '/apis/playlist.grafana.app/v1/namespaces/default/playlists';

/** Grafana's Kubernetes-style API for playlists. */
export function platformRoutes(store: GrafanaStore): readonly Route[] {
  const { playlists } = store;
  const failure = (code: number, reason: string): Answer => ({
    status: code,
    body: { kind: 'Status', status: 'Failure', message: reason, reason, code },
  });
  const one = (uid: string, status = 200): Answer => {
    const found = playlists.get(uid);
    return found ? { status, body: toObject(found) } : failure(404, 'NotFound');
  };
  return [
    route(`GET ${PATH}`, 'viewer', '', () => ({
      status: 200,
      body: { kind: 'PlaylistList', metadata: {}, items: [...playlists.values()].map(toObject) },
    })),
    route(`GET ${PATH}/:uid`, 'viewer', '', ({ uid }) => one(uid)),
    route(`POST ${PATH}`, 'editor', 'playlists:write', ({ body }) => {
      const { name } = body.metadata as { name: string };
      if (playlists.has(name)) return failure(409, 'AlreadyExists');
      playlists.set(name, fromObject(name, body));
      return one(name, 201);
    }),
    route(`PUT ${PATH}/:uid`, 'editor', 'playlists:write', ({ uid, body }) => {
      const found = playlists.get(uid);
      if (!found) return failure(404, 'NotFound');
      const { resourceVersion } = body.metadata as { resourceVersion?: string };
      if (resourceVersion !== versionOf(found)) return failure(409, 'Conflict');
      playlists.set(uid, fromObject(uid, body));
      return one(uid);
    }),
  ];
}

function fromObject(uid: string, { spec }: Json): StoredPlaylist {
  const { title, interval, items } = spec as { title: string; interval: string; items: readonly Json[] };
  return { uid, name: title, interval, items };
}

function toObject(playlist: StoredPlaylist): Json {
  const { uid, name, interval, items } = playlist;
  return {
    apiVersion: 'playlist.grafana.app/v1',
    kind: 'Playlist',
    metadata: { name: uid, namespace: 'default', resourceVersion: versionOf(playlist) },
    spec: { title: name, interval, items },
  };
}

function versionOf({ name, interval, items }: StoredPlaylist): string {
  return JSON.stringify([name, interval, items]);
}
