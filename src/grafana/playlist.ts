import type { GrafanaClient } from './client.js';
import type { Change } from './folder.js';
import { openPlaylists, type Playlist, type PlaylistApi, type PlaylistItem } from './playlist-api.js';
import { WALL_UID_PREFIX } from './walls.js';

/** Grafana 10 and 11 choose their own uid instead; then the playlist is found by its title. */
const PLAYLIST_UID = 'bugflow-walls';
const PLAYLIST_TITLE = 'Team walls';
const INTERVAL = '1m';

export interface PlaylistResult {
  readonly uid: string;
  readonly title: string;
  readonly interval: string;
  readonly change: Change;
}

/**
 * Creates or updates the playlist that shows all walls in turn. Its title, its interval, and other items that people added
 * stay. @throws BugflowError
 */
export async function ensurePlaylist(
  client: GrafanaClient,
  wallUids: readonly string[],
): Promise<PlaylistResult> {
  const api = await openPlaylists(client);
  const there = await findPlaylist(api);
  if (!there) {
    const wanted = { title: PLAYLIST_TITLE, interval: INTERVAL };
    const uid = await api.create({ ...wanted, uid: PLAYLIST_UID, items: itemsFor(wallUids, []) });
    return { ...wanted, uid, change: 'created' };
  }
  const { uid, title, interval } = there;
  const items = itemsFor(wallUids, there.items);
  if (isSame(there.items, items)) return { uid, title, interval, change: 'unchanged' };
  await api.update({ ...there, items });
  return { uid, title, interval, change: 'updated' };
}

async function findPlaylist(api: PlaylistApi): Promise<Playlist | undefined> {
  const all = await api.list();
  const found =
    all.find(({ uid }) => uid === PLAYLIST_UID) ?? all.find(({ title }) => title === PLAYLIST_TITLE);
  return found && api.get(found.uid);
}

/** The walls, followed by the other items. */
function itemsFor(wallUids: readonly string[], before: readonly PlaylistItem[]): PlaylistItem[] {
  const walls = wallUids.map((value) => ({ type: 'dashboard_by_uid', value }));
  const isWall = ({ type, value }: PlaylistItem): boolean =>
    type === 'dashboard_by_uid' && value.startsWith(WALL_UID_PREFIX);
  return [...walls, ...before.filter((each) => !isWall(each))];
}

function isSame(before: readonly PlaylistItem[], after: readonly PlaylistItem[]): boolean {
  return (
    before.length === after.length &&
    before.every(({ type, value }, i) => type === after[i]?.type && value === after[i]?.value)
  );
}
