import { z } from 'zod';
import { BugflowError } from '../base/errors.js';
import { type GrafanaClient, understand } from './client.js';
import { type Dashboard, isThere } from './dashboard.js';
import { messageIn } from './explain-answer.js';
import type { Change } from './folder.js';

const found = z.looseObject({
  meta: z.looseObject({ folderUid: z.string().optional(), provisioned: z.boolean().optional() }),
  dashboard: z.looseObject({ version: z.number().optional() }),
});

export interface FoundDashboard {
  readonly folderUid: string;
  /** It comes from a file, and Grafana lets nobody overwrite it. */
  readonly isProvisioned: boolean;
  readonly version: number | undefined;
  readonly content: unknown;
}

export async function findDashboard(client: GrafanaClient, uid: string): Promise<FoundDashboard | undefined> {
  const answer = await client.ask({
    method: 'GET',
    path: `/api/dashboards/uid/${uid}`,
    to: 'read dashboards',
    // To those who may not see every dashboard, one that is not there is forbidden.
    expected: [403, 404],
  });
  if (answer.status !== 200) return undefined;
  const { meta, dashboard } = understand(found, answer);
  return {
    folderUid: meta.folderUid ?? '',
    isProvisioned: meta.provisioned ?? false,
    version: dashboard.version,
    content: dashboard,
  };
}

const SAVED_MEANWHILE = 412;

/**
 * Makes or updates a dashboard; one that is there already is left alone, so that no new version of it comes to be.
 * @throws BugflowError
 */
export async function saveDashboard(
  client: GrafanaClient,
  dashboard: Dashboard,
  { folderUid, message }: { readonly folderUid: string; readonly message: string },
): Promise<Change> {
  const to = `save the dashboard "${dashboard.title}"`;
  for (let attempts = 1; ; attempts += 1) {
    const there = await findDashboard(client, dashboard.uid);
    if (there && there.folderUid === folderUid && isThere(dashboard, there.content)) return 'unchanged';
    if (there?.isProvisioned) throw provisioned(dashboard);
    const { status, body } = await client.ask({
      method: 'POST',
      path: '/api/dashboards/db',
      body: {
        // Not over what somebody saves at the same moment: only over the version that was seen.
        dashboard: {
          ...dashboard,
          id: null,
          ...(there?.version !== undefined && { version: there.version }),
        },
        folderUid,
        message,
        overwrite: false,
      },
      to,
      expected: [400, SAVED_MEANWHILE],
    });
    if (status === 200) return there ? 'updated' : 'created';
    const words = messageIn(body);
    if (/provisioned/i.test(words)) throw provisioned(dashboard);
    if (status === SAVED_MEANWHILE && attempts < 3 && !/same name/i.test(words)) continue;
    throw new BugflowError('GRAFANA_REFUSED', `${client.url} refuses to ${to}: ${status} ${words}`);
  }
}

function provisioned({ title, uid }: Dashboard): BugflowError {
  return new BugflowError(
    'GRAFANA_PROVISIONED',
    `the dashboard "${title}" (${uid}) comes from a file in Grafana's provisioning, which nobody may overwrite: use --playlist-only, or take that file away first`,
  );
}

/** Whether it was there. */
export async function deleteDashboard(client: GrafanaClient, uid: string, title: string): Promise<boolean> {
  const { status } = await client.ask({
    method: 'DELETE',
    path: `/api/dashboards/uid/${uid}`,
    to: `delete the dashboard "${title}"`,
    expected: [404],
  });
  return status !== 404;
}
