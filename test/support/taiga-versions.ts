import type { TestPostgres } from './postgres.js';

interface Addition {
  /** The first version of Taiga that has it. */
  readonly since: readonly [major: number, minor: number];
  /** SQL that removes it from a newer schema. */
  readonly drop: string;
  /** SQL that leaves it in, but unused: then every version must give the same numbers. */
  readonly unused: string;
}

/** Tables and columns for collectors that were added after Taiga 4.0, from taiga-back's migrations and change log. */
const ADDITIONS: readonly Addition[] = [
  {
    since: [4, 2],
    drop: 'ALTER TABLE userstories_userstory DROP COLUMN generated_from_task_id',
    unused: 'UPDATE userstories_userstory SET generated_from_task_id = NULL',
  },
  {
    since: [5, 5],
    drop: 'ALTER TABLE userstories_userstory DROP COLUMN from_task_ref',
    unused: 'UPDATE userstories_userstory SET from_task_ref = NULL',
  },
  {
    since: [6, 0],
    drop: `ALTER TABLE userstories_userstory DROP COLUMN swimlane_id;
           ALTER TABLE projects_project DROP COLUMN default_swimlane_id;
           DROP TABLE projects_swimlaneuserstorystatus; DROP TABLE projects_swimlane`,
    unused: `UPDATE userstories_userstory SET swimlane_id = NULL;
             UPDATE projects_project SET default_swimlane_id = NULL;
             DELETE FROM projects_swimlaneuserstorystatus; DELETE FROM projects_swimlane`,
  },
  {
    since: [6, 10],
    drop: 'ALTER TABLE projects_project DROP COLUMN archived_code',
    unused: 'UPDATE projects_project SET archived_code = NULL',
  },
];

/** From the oldest supported version to the newest; between two of them nothing changes for collectors. */
export const TAIGA_VERSIONS = ['4.0', '4.2', '5.5', '6.0', '6.10'] as const;
export type TaigaVersion = (typeof TAIGA_VERSIONS)[number];

/** Turns a Taiga of the newest version into an older one, with the data that both can hold. */
export async function downgrade(server: TestPostgres, version: TaigaVersion): Promise<void> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isLater = ({ since }: Addition): boolean =>
    since[0] > major || (since[0] === major && since[1] > minor);
  for (const addition of ADDITIONS) await server.query(isLater(addition) ? addition.drop : addition.unused);
}
