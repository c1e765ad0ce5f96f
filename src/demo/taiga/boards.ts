import { slugOf } from './projects.js';
import type { ProjectRow, StatusRow, StoryStatusRow, SwimlaneRow } from './rows.js';
import type { Taiga } from './taiga.js';
import type { Micros } from './time.js';

/** Administration of a board. It leaves no trace in history or in the timeline. */

type StatusTable =
  | 'projects_userstorystatus'
  | 'projects_taskstatus'
  | 'projects_issuestatus'
  | 'projects_epicstatus';

export function statusNamed(
  taiga: Taiga,
  project: ProjectRow,
  table: 'projects_userstorystatus',
  name: string,
): StoryStatusRow;
export function statusNamed(taiga: Taiga, project: ProjectRow, table: StatusTable, name: string): StatusRow;
export function statusNamed(
  { store }: Taiga,
  project: ProjectRow,
  table: StatusTable,
  name: string,
): StatusRow {
  const [status] = store.where(table, (row: StatusRow) => row.project_id === project.id && row.name === name);
  if (status === undefined) throw new Error(`${project.name} has no status ${name} in ${table}`);
  return status;
}

export function renameStatus({ store }: Taiga, table: StatusTable, status: StatusRow, name: string): void {
  store.update(table, status, { name, slug: slugOf(name) });
}

/** Deletes a status of issues. Its issues move to another one, which their history does not mention. */
export function deleteIssueStatus({ store }: Taiga, status: StatusRow, moveTo: StatusRow): void {
  for (const issue of store.where('issues_issue', (row) => row.status_id === status.id)) {
    store.update('issues_issue', issue, { status_id: moveTo.id });
  }
  store.remove('projects_issuestatus', status);
}

/** The first swimlane takes over the limits of the statuses; later ones start without limits. */
export function addSwimlane({ store }: Taiga, at: Micros, project: ProjectRow, name: string): SwimlaneRow {
  const isFirst = store.where('projects_swimlane', (row) => row.project_id === project.id).length === 0;
  const swimlane = store.insert('projects_swimlane', {
    id: store.nextId('projects_swimlane'),
    name,
    order: Math.floor(at / 1000),
    project_id: project.id,
  });
  for (const status of store.where('projects_userstorystatus', (row) => row.project_id === project.id)) {
    store.insert('projects_swimlaneuserstorystatus', {
      id: store.nextId('projects_swimlaneuserstorystatus'),
      wip_limit: isFirst ? status.wip_limit : null,
      status_id: status.id,
      swimlane_id: swimlane.id,
    });
  }
  if (isFirst) store.update('projects_project', project, { default_swimlane_id: swimlane.id });
  return swimlane;
}

export function setWipLimit(
  { store }: Taiga,
  swimlane: SwimlaneRow,
  status: StoryStatusRow,
  limit: number,
): void {
  const [cell] = store.where(
    'projects_swimlaneuserstorystatus',
    (row) => row.swimlane_id === swimlane.id && row.status_id === status.id,
  );
  if (cell !== undefined) store.update('projects_swimlaneuserstorystatus', cell, { wip_limit: limit });
}
