import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { BugflowError } from '../base/errors.js';
import { type GrafanaClient, understand } from './client.js';
import type { Dashboard } from './dashboard.js';
import { chooseDatasource, type Datasource } from './datasource.js';
import { type Change, ensureFolder } from './folder.js';
import { ensurePlaylist, type PlaylistResult } from './playlist.js';
import { deleteDashboard, findDashboard, saveDashboard } from './save-dashboard.js';
import { adaptDashboard } from './variables.js';
import { type Project, projectWall, TEAM_WALL_UID, WALL_TAG, WALL_UID_PREFIX } from './walls.js';

export interface Plan {
  readonly dashboards: readonly Dashboard[];
  readonly projects: readonly Project[];
  /** Title or uid. */
  readonly folder: string | undefined;
  /** Name or uid. */
  readonly datasource: string | undefined;
  /** Only the walls and their playlist, when the dashboards come from files. */
  readonly playlistOnly: boolean;
  /** How long to wait until Grafana has read its files, in milliseconds. */
  readonly waitMs: number;
  readonly addresses: Readonly<Record<string, string | undefined>>;
  /** The message that Grafana shows for a new version. */
  readonly message: string;
}

export interface Saved {
  readonly uid: string;
  readonly title: string;
  readonly change: Change;
}

export interface Published {
  readonly datasource: Datasource;
  readonly folder: { readonly title: string; readonly change: Change } | undefined;
  readonly dashboards: readonly Saved[];
  readonly walls: readonly Saved[];
  readonly deleted: readonly Saved[];
  /** Undefined when there are no projects. */
  readonly playlist: PlaylistResult | undefined;
}

/** Makes a Grafana match the plan; what already matches is not touched. @throws BugflowError */
export async function publish(client: GrafanaClient, plan: Plan): Promise<Published> {
  const { projects, message } = plan;
  const teamWall = plan.dashboards.find(({ uid }) => uid === TEAM_WALL_UID);
  if (!teamWall)
    throw new BugflowError('GRAFANA_DASHBOARDS', `there is no dashboard ${TEAM_WALL_UID} to make walls of`);
  const datasource = await chooseDatasource(client, plan.datasource);
  const place = plan.playlistOnly ? undefined : await ensureFolder(client, plan.folder);
  const folderUid = place?.folder.uid ?? (await folderOfTeamWall(client, plan.waitMs));
  const saveAll = async (dashboards: readonly Dashboard[]): Promise<Saved[]> => {
    const saved: Saved[] = [];
    for (const dashboard of dashboards) {
      const adapted = adaptDashboard(dashboard, { datasource, addresses: plan.addresses });
      const change = await saveDashboard(client, adapted, { folderUid, message });
      saved.push({ uid: dashboard.uid, title: dashboard.title, change });
    }
    return saved;
  };
  const dashboards = plan.playlistOnly ? [] : await saveAll(plan.dashboards);
  const walls = await saveAll(projects.map((project) => projectWall(teamWall, project)));
  // With no project, the filter or the database is probably wrong, so existing walls stay.
  const playlist =
    walls.length === 0
      ? undefined
      : await ensurePlaylist(
          client,
          walls.map(({ uid }) => uid),
        );
  const deleted = walls.length === 0 ? [] : await deleteOtherWalls(client, walls);
  return {
    datasource,
    folder: place && { title: place.folder.title, change: place.change },
    dashboards,
    walls,
    deleted,
    playlist,
  };
}

const ASK_AGAIN_AFTER_MS = 500;

/** Grafana already answers before it has read its files. Where there is no team wall, the walls are in no folder. */
async function folderOfTeamWall(client: GrafanaClient, waitMs: number): Promise<string> {
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    const teamWall = await findDashboard(client, TEAM_WALL_UID);
    if (teamWall || performance.now() > giveUpAt) return teamWall?.folderUid ?? '';
    await sleep(ASK_AGAIN_AFTER_MS);
  }
}

const searchAnswer = z.array(
  z.looseObject({ uid: z.string(), title: z.string(), tags: z.array(z.string()).nullish() }),
);

/** Deletes walls of projects that are gone; only dashboards with the uid prefix and the tag of a wall. */
async function deleteOtherWalls(client: GrafanaClient, current: readonly Saved[]): Promise<Saved[]> {
  const answer = await client.ask({
    method: 'GET',
    path: `/api/search?type=dash-db&tag=${WALL_TAG}&limit=5000`,
    to: 'search for walls',
  });
  const others = understand(searchAnswer, answer)
    .filter(({ uid, tags }) => uid.startsWith(WALL_UID_PREFIX) && tags?.includes(WALL_TAG))
    .filter(({ uid }) => !current.some((wall) => wall.uid === uid));
  const deleted: Saved[] = [];
  for (const { uid, title } of others) {
    if (await deleteDashboard(client, uid, title)) deleted.push({ uid, title, change: 'deleted' });
  }
  return deleted;
}
