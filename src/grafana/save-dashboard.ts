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
  /** Whether it comes from a file, so that Grafana does not allow changes. */
  readonly isProvisioned: boolean;
  readonly version: number | undefined;
  readonly content: unknown;
}

export async function findDashboard(client: GrafanaClient, uid: string): Promise<FoundDashboard | undefined> {
  const answer = await client.ask({
    method: 'GET',
    path: `/api/dashboards/uid/${uid}`,
    to: 'read dashboards',
    // Users who may not see every dashboard get 403 for a missing one.
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
 * Creates or updates a dashboard; an identical one is left alone, to avoid a new version of it.
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
        // With the version that was read, so that a change saved meanwhile is not overwritten.
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
    `the dashboard "${title}" (${uid}) comes from a file in Grafana's provisioning, which cannot be overwritten: use --playlist-only, or take that file away first`,
  );
}

/** Resolves to whether it existed. */
export async function deleteDashboard(client: GrafanaClient, uid: string, title: string): Promise<boolean> {
  const { status } = await client.ask({
    method: 'DELETE',
    path: `/api/dashboards/uid/${uid}`,
    to: `delete the dashboard "${title}"`,
    expected: [404],
  });
  return status !== 404;
}
