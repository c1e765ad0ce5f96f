import { z } from 'zod';
import type { GrafanaClient } from './client.js';
import type { Change } from './folder.js';
import { WALL_UID_PREFIX } from './walls.js';

/** Grafana before 12 chooses a name of its own instead; then the title tells which one it is. */
export const PLAYLIST_UID = 'bugflow-walls';
export const PLAYLIST_TITLE = 'Team walls';
const INTERVAL = '1m';

const item = z.looseObject({ type: z.string(), value: z.string() });
const listed = z.array(z.looseObject({ uid: z.string(), name: z.string() }));
const playlistAnswer = z.looseObject({
  uid: z.string(),
  name: z.string(),
  interval: z.string(),
  items: z.array(item).nullish(),
});
const created = z.looseObject({ uid: z.string() });

type Item = Readonly<z.output<typeof item>>;

export interface PlaylistResult {
  readonly uid: string;
  readonly title: string;
  readonly interval: string;
  readonly change: Change;
}

/**
 * Makes or updates the playlist that shows the walls in turn. Its title, its interval, and what a person has put into it
 * beside the walls, stay as they are. @throws BugflowError
 */
export async function ensurePlaylist(
  client: GrafanaClient,
  wallUids: readonly string[],
): Promise<PlaylistResult> {
  const there = await findPlaylist(client);
  if (!there) {
    const wanted = { name: PLAYLIST_TITLE, interval: INTERVAL, items: itemsFor(wallUids, []) };
    const answer = await client.ask({
      method: 'POST',
      path: '/api/playlists',
      body: { uid: PLAYLIST_UID, ...wanted },
      to: `make the playlist "${PLAYLIST_TITLE}"`,
      // A second one of the same title would come of it.
      once: true,
    });
    const { uid } = created.parse(answer.body);
    return { uid, title: wanted.name, interval: wanted.interval, change: 'created' };
  }
  const { uid, name, interval } = there;
  const before = there.items ?? [];
  const items = itemsFor(wallUids, before);
  const result = { uid, title: name, interval };
  if (isSame(before, items)) return { ...result, change: 'unchanged' };
  await client.ask({
    method: 'PUT',
    path: `/api/playlists/${uid}`,
    body: { uid, name, interval, items },
    to: `update the playlist "${name}"`,
  });
  return { ...result, change: 'updated' };
}

async function findPlaylist(client: GrafanaClient): Promise<z.output<typeof playlistAnswer> | undefined> {
  const list = await client.ask({
    method: 'GET',
    path: '/api/playlists?limit=1000',
    to: 'list the playlists',
  });
  const all = listed.parse(list.body);
  const found =
    all.find(({ uid }) => uid === PLAYLIST_UID) ?? all.find(({ name }) => name === PLAYLIST_TITLE);
  if (!found) return undefined;
  const answer = await client.ask({
    method: 'GET',
    path: `/api/playlists/${found.uid}`,
    to: `read the playlist "${found.name}"`,
  });
  return playlistAnswer.parse(answer.body);
}

/** The walls, and behind them what is no wall. */
function itemsFor(wallUids: readonly string[], before: readonly Item[]): Item[] {
  const walls = wallUids.map((value, i) => ({
    type: 'dashboard_by_uid',
    value,
    order: i + 1,
    title: value,
  }));
  const others = before.filter(
    ({ type, value }) => type !== 'dashboard_by_uid' || !value.startsWith(WALL_UID_PREFIX),
  );
  return [...walls, ...others.map((other, i) => ({ ...other, order: walls.length + i + 1 }))];
}

function isSame(before: readonly Item[], after: readonly Item[]): boolean {
  return (
    before.length === after.length &&
    before.every(({ type, value }, i) => type === after[i]?.type && value === after[i]?.value)
  );
}
