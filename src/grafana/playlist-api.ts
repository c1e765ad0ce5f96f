import { z } from 'zod';
import { type GrafanaClient, understand } from './client.js';

export interface PlaylistItem {
  readonly type: string;
  readonly value: string;
}

export interface Playlist {
  readonly uid: string;
  readonly title: string;
  readonly interval: string;
  /** Each may have further fields of Grafana. */
  readonly items: readonly PlaylistItem[];
}

/** Grafana's playlists, through one of its two APIs. */
export interface PlaylistApi {
  /** Without their items. */
  list(): Promise<readonly Pick<Playlist, 'uid' | 'title'>[]>;
  get(uid: string): Promise<Playlist>;
  /** Resolves to the uid of the new playlist. */
  create(playlist: Playlist): Promise<string>;
  update(playlist: Playlist): Promise<void>;
}

const item = z.looseObject({ type: z.string(), value: z.string() });

/** Opens `/api/playlists` of Grafana 10 to 13, or the newer API where that one is gone. @throws BugflowError */
export async function openPlaylists(client: GrafanaClient): Promise<PlaylistApi> {
  const { status } = await client.ask({
    method: 'GET',
    path: '/api/playlists?limit=1',
    to: 'list the playlists',
    expected: [404, 410],
  });
  return status === 200 ? legacyPlaylists(client) : platformPlaylists(client);
}

const legacyList = z.array(z.looseObject({ uid: z.string(), name: z.string() }));
const legacyPlaylist = z.looseObject({
  uid: z.string(),
  name: z.string(),
  interval: z.string(),
  items: z.array(item).nullish(),
});

function legacyPlaylists(client: GrafanaClient): PlaylistApi {
  const bodyOf = ({ uid, title, interval, items }: Playlist): unknown => ({
    uid,
    name: title,
    interval,
    // Grafana 10 and 11 need an order and a title for each item; later versions omit them.
    items: items.map((each, i) => ({ title: each.value, ...each, order: i + 1 })),
  });
  return {
    async list() {
      const request = { method: 'GET', path: '/api/playlists?limit=1000', to: 'list the playlists' } as const;
      return understand(legacyList, await client.ask(request)).map(({ uid, name }) => ({ uid, title: name }));
    },
    async get(uid) {
      const path = `/api/playlists/${uid}`;
      const answer = await client.ask({ method: 'GET', path, to: `read the playlist ${uid}` });
      const { name, interval, items } = understand(legacyPlaylist, answer);
      return { uid, title: name, interval, items: items ?? [] };
    },
    async create(playlist) {
      const answer = await client.ask({
        method: 'POST',
        path: '/api/playlists',
        body: bodyOf(playlist),
        to: `make the playlist "${playlist.title}"`,
        // Repeating it could create a second playlist with the same title.
        once: true,
      });
      return understand(legacyPlaylist.pick({ uid: true }), answer).uid;
    },
    async update(playlist) {
      await client.ask({
        method: 'PUT',
        path: `/api/playlists/${playlist.uid}`,
        body: bodyOf(playlist),
        to: `update the playlist "${playlist.title}"`,
      });
    },
  };
}

const settings = z.looseObject({ namespace: z.string() });
const platformPlaylist = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ title: z.string(), interval: z.string(), items: z.array(item).nullish() }),
});
const platformList = z.looseObject({ items: z.array(platformPlaylist) });

/** The Kubernetes-style API of Grafana 12 and later. */
async function platformPlaylists(client: GrafanaClient): Promise<PlaylistApi> {
  const answer = await client.ask({ method: 'GET', path: '/api/frontend/settings', to: 'read its settings' });
  const { namespace } = understand(settings, answer);
  const path = `/apis/playlist.grafana.app/v1/namespaces/${namespace}/playlists`;
  const read = async (uid: string): Promise<z.output<typeof platformPlaylist>> => {
    const to = `read the playlist ${uid}`;
    return understand(platformPlaylist, await client.ask({ method: 'GET', path: `${path}/${uid}`, to }));
  };
  return {
    async list() {
      const answer = await client.ask({ method: 'GET', path, to: 'list the playlists' });
      return understand(platformList, answer).items.map(({ metadata, spec }) => ({
        uid: metadata.name,
        title: spec.title,
      }));
    },
    async get(uid) {
      const { title, interval, items } = (await read(uid)).spec;
      return { uid, title, interval, items: items ?? [] };
    },
    async create({ uid, title, interval, items }) {
      const body = {
        apiVersion: 'playlist.grafana.app/v1',
        kind: 'Playlist',
        metadata: { name: uid },
        spec: { title, interval, items },
      };
      await client.ask({ method: 'POST', path, body, to: `make the playlist "${title}"`, once: true });
      return uid;
    },
    async update({ uid, title, interval, items }) {
      const there = await read(uid);
      const body = { ...there, spec: { ...there.spec, title, interval, items } };
      await client.ask({
        method: 'PUT',
        path: `${path}/${uid}`,
        body,
        to: `update the playlist "${title}"`,
      });
    },
  };
}
