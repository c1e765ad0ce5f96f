import { z } from 'zod';
import { type GrafanaClient, understand } from './client.js';
import { UID } from './dashboard.js';

export interface Folder {
  readonly uid: string;
  readonly title: string;
}

/** What was done to something in Grafana. */
export type Change = 'created' | 'updated' | 'unchanged' | 'deleted';

/** The folder's uid, so that it is found again even if somebody renames it. */
const FOLDER_UID = 'bugflow';
const FOLDER_TITLE = 'Taiga';

const folderAnswer = z.looseObject({ uid: z.string(), title: z.string(), version: z.number().optional() });
type FolderAnswer = z.output<typeof folderAnswer>;

/**
 * Finds or creates the folder for the dashboards: one with the given title or uid, else the one created earlier, which then
 * gets that title. Without a given title, the folder created earlier keeps its title.
 * @throws BugflowError
 */
export async function ensureFolder(
  client: GrafanaClient,
  wanted: string | undefined,
): Promise<{ readonly folder: Folder; readonly change: Change }> {
  const title = wanted ?? FOLDER_TITLE;
  const own = await folderByUid(client, FOLDER_UID);
  if (own && (wanted === undefined || own.title === wanted)) return { folder: own, change: 'unchanged' };
  if (wanted !== undefined) {
    const found = (await folderByTitle(client, wanted)) ?? (await folderByUid(client, wanted));
    if (found) return { folder: found, change: 'unchanged' };
  }
  if (own) {
    const answer = await client.ask({
      method: 'PUT',
      path: `/api/folders/${FOLDER_UID}`,
      body: { title, version: own.version, overwrite: own.version === undefined },
      to: `rename the folder "${own.title}"`,
    });
    return { folder: understand(folderAnswer, answer), change: 'updated' };
  }
  const answer = await client.ask({
    method: 'POST',
    path: '/api/folders',
    body: { uid: FOLDER_UID, title },
    to: `make the folder "${title}"`,
  });
  return { folder: understand(folderAnswer, answer), change: 'created' };
}

async function folderByUid(client: GrafanaClient, uid: string): Promise<FolderAnswer | undefined> {
  if (!UID.test(uid)) return undefined;
  const answer = await client.ask({
    method: 'GET',
    path: `/api/folders/${uid}`,
    to: 'read folders',
    // Users who may not see every folder get 403 for a missing one.
    expected: [403, 404],
  });
  return answer.status === 200 ? understand(folderAnswer, answer) : undefined;
}

/** Looks only at top-level folders. */
async function folderByTitle(client: GrafanaClient, title: string): Promise<FolderAnswer | undefined> {
  const answer = await client.ask({
    method: 'GET',
    path: '/api/folders?limit=1000',
    to: 'list the folders',
  });
  return understand(z.array(folderAnswer), answer).find((folder) => folder.title === title);
}
