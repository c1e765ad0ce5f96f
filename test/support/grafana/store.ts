/*
 * The dashboards, folders and playlists of a Grafana 12, and its answers about them. Written from its documentation and
 * checked against 12.4; only the parts that `taiga-bugflow grafana` and the compose stack need.
 */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export type Json = Readonly<Record<string, unknown>>;

export interface StoredDashboard {
  readonly uid: string;
  readonly folderUid: string;
  /** Whether it comes from a file. */
  readonly provisioned: boolean;
  /** All versions, the oldest first. */
  readonly versions: readonly { readonly content: Json; readonly message: string }[];
}

export interface StoredFolder {
  readonly uid: string;
  readonly title: string;
  readonly version: number;
}

export interface StoredPlaylist {
  readonly uid: string;
  readonly name: string;
  readonly interval: string;
  readonly items: readonly Json[];
}

export interface GrafanaStore {
  readonly dashboards: Map<string, StoredDashboard>;
  readonly folders: Map<string, StoredFolder>;
  readonly playlists: Map<string, StoredPlaylist>;
  /** Stores a dashboard as from a file, replacing an existing one. */
  provision(content: Json, folderUid: string): void;
  getDashboard(uid: string): Answer;
  saveDashboard(request: Json): Answer;
  deleteDashboard(uid: string): Answer;
  dashboardVersions(uid: string): Answer;
  search(parameters: URLSearchParams): Answer;
  listFolders(): Answer;
  getFolder(uid: string): Answer;
  createFolder(request: Json): Answer;
  updateFolder(uid: string, request: Json): Answer;
  listPlaylists(): Answer;
  getPlaylist(uid: string): Answer;
  createPlaylist(request: Json): Answer;
  updatePlaylist(uid: string, request: Json): Answer;
  deletePlaylist(uid: string): Answer;
}

export interface StoreOptions {
  /** Whether the creator may choose a playlist's uid, as in Grafana 11 and later. */
  readonly playlistUids?: boolean | undefined;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const no = (status: number, message: string, more: Json = {}): Answer => ({
  status,
  body: { message, ...more },
});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const tagsOf = (content: Json): readonly unknown[] => (Array.isArray(content.tags) ? content.tags : []);

export function createGrafanaStore({ playlistUids = true }: StoreOptions = {}): GrafanaStore {
  const dashboards = new Map<string, StoredDashboard>();
  const folders = new Map<string, StoredFolder>();
  const playlists = new Map<string, StoredPlaylist>();
  let made = 0;
  const nextId = (): number => {
    made += 1;
    return made;
  };
  const freshUid = (): string => `made${String(nextId()).padStart(8, '0')}`;
  const contentOf = ({ versions }: StoredDashboard): Json => versions.at(-1)?.content ?? {};

  const put = (content: Json, at: Omit<StoredDashboard, 'versions' | 'uid'>, message: string): Answer => {
    const uid = textOf(content.uid) || freshUid();
    const before = dashboards.get(uid)?.versions ?? [];
    const version = before.length + 1;
    const stored = { ...content, uid, id: before[0]?.content.id ?? nextId(), version };
    dashboards.set(uid, { ...at, uid, versions: [...before, { content: stored, message }] });
    return ok({ uid, version, id: stored.id, status: 'success', url: `/d/${uid}/slug`, slug: 'slug' });
  };
  const playlistFrom = (uid: string, request: Json): StoredPlaylist => ({
    uid,
    name: textOf(request.name),
    interval: textOf(request.interval),
    // Other fields of an item are dropped, as Grafana does.
    items: ((request.items ?? []) as Json[]).map(({ type, value }) => ({ type, value })),
  });

  return {
    dashboards,
    folders,
    playlists,
    provision: (content, folderUid) => void put(content, { folderUid, provisioned: true }, ''),
    getDashboard(uid) {
      const found = dashboards.get(uid);
      if (!found) return no(404, 'Dashboard not found', { status: 'not-found' });
      const { folderUid, provisioned, versions } = found;
      const meta = { folderUid, provisioned, version: versions.length, url: `/d/${uid}/slug` };
      return ok({ meta, dashboard: contentOf(found) });
    },
    saveDashboard({ dashboard, folderUid, message, overwrite }) {
      const content = dashboard as Json;
      const folder = textOf(folderUid);
      if (textOf(content.title) === '')
        return no(400, 'Dashboard title cannot be empty', { status: 'empty-name' });
      if (textOf(content.uid).length > 40) return no(400, 'uid too long, max 40 characters');
      if (!/^[a-zA-Z0-9_-]*$/.test(textOf(content.uid))) return no(400, 'uid contains illegal characters');
      if (folder !== '' && !folders.has(folder)) return no(400, 'folder not found');
      const there = dashboards.get(textOf(content.uid));
      if (there?.provisioned) return no(400, 'Cannot save provisioned dashboard');
      if (there && overwrite !== true && content.version !== there.versions.length)
        return no(412, 'The dashboard has been changed by someone else', { status: 'version-mismatch' });
      return put(content, { folderUid: folder, provisioned: false }, textOf(message));
    },
    deleteDashboard(uid) {
      const found = dashboards.get(uid);
      if (!found) return no(404, 'Dashboard not found', { status: 'not-found' });
      if (found.provisioned) return no(400, 'provisioned dashboard cannot be deleted');
      dashboards.delete(uid);
      return ok({ title: contentOf(found).title, message: 'Dashboard deleted', uid });
    },
    dashboardVersions(uid) {
      const found = dashboards.get(uid);
      if (!found) return no(404, 'Dashboard not found', { status: 'not-found' });
      const versions = found.versions.map(({ message }, i) => ({ version: i + 1, message }));
      return ok({ versions: versions.reverse() });
    },
    search(parameters) {
      const tags = parameters.getAll('tag');
      const query = (parameters.get('query') ?? '').toLowerCase();
      const found = [...dashboards.values()]
        .map((dashboard) => ({ ...dashboard, content: contentOf(dashboard) }))
        .filter(({ content }) => tags.every((tag) => tagsOf(content).includes(tag)))
        .filter(({ content }) => textOf(content.title).toLowerCase().includes(query));
      return ok(
        found.map(({ uid, folderUid, content }) => ({
          uid,
          folderUid,
          title: content.title,
          tags: tagsOf(content),
          type: 'dash-db',
          url: `/d/${uid}/slug`,
        })),
      );
    },
    listFolders: () => ok([...folders.values()].map(({ uid, title }) => ({ uid, title }))),
    getFolder: (uid) => (folders.has(uid) ? ok(folders.get(uid)) : no(404, 'folder not found')),
    createFolder(request) {
      const uid = textOf(request.uid) || freshUid();
      if (folders.has(uid)) return no(412, 'the folder has been changed by someone else');
      folders.set(uid, { uid, title: textOf(request.title), version: 1 });
      return ok(folders.get(uid));
    },
    updateFolder(uid, { title, version, overwrite }) {
      const found = folders.get(uid);
      if (!found) return no(404, 'folder not found');
      if (overwrite !== true && version !== found.version)
        return no(412, 'the folder has been changed by someone else', { status: 'version-mismatch' });
      folders.set(uid, { uid, title: textOf(title), version: found.version + 1 });
      return ok(folders.get(uid));
    },
    listPlaylists: () =>
      ok([...playlists.values()].map(({ uid, name, interval }) => ({ uid, name, interval }))),
    getPlaylist: (uid) => (playlists.has(uid) ? ok(playlists.get(uid)) : no(404, 'Playlist not found')),
    createPlaylist(request) {
      const wanted = playlistUids ? textOf(request.uid) : '';
      const uid = wanted || freshUid();
      if (playlists.has(uid)) return no(500, 'Failed to create playlist');
      playlists.set(uid, playlistFrom(uid, request));
      return ok(playlists.get(uid));
    },
    updatePlaylist(uid, request) {
      if (!playlists.has(uid)) return no(404, 'Playlist not found');
      playlists.set(uid, playlistFrom(uid, request));
      return ok(playlists.get(uid));
    },
    deletePlaylist: (uid) => (playlists.delete(uid) ? ok({}) : no(404, 'Playlist not found')),
  };
}
