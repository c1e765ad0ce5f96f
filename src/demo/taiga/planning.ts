import { slugOf } from './projects.js';
import type { Act } from './recorder.js';
import type { EpicRow, MilestoneRow, ProjectRow, StoryRow, WikiPageRow } from './rows.js';
import { type Taiga, takeRef } from './taiga.js';
import { timestamp } from './time.js';

/** Sprints, epics and wiki pages. */

export function createSprint(
  { store, recorder }: Taiga,
  act: Act,
  project: ProjectRow,
  name: string,
  days: { readonly start: string; readonly finish: string },
): MilestoneRow {
  const stamp = timestamp(act.at);
  const wanted = slugOf(name);
  const taken = store.where('milestones_milestone', (row) => row.slug === wanted).length > 0;
  const sprint = store.insert('milestones_milestone', {
    id: store.nextId('milestones_milestone'),
    name,
    slug: taken ? `${wanted}-${project.id}` : wanted,
    estimated_start: days.start,
    estimated_finish: days.finish,
    created_date: stamp,
    modified_date: stamp,
    closed: false,
    disponibility: 0,
    order: 1,
    owner_id: act.by.id,
    project_id: project.id,
  });
  recorder.record(act, 'milestone', sprint);
  return sprint;
}

export function createEpic(
  taiga: Taiga,
  act: Act,
  project: ProjectRow,
  fields: { readonly subject: string; readonly color: string; readonly assigned_to_id: number | null },
): EpicRow {
  const { store, recorder } = taiga;
  const id = store.nextId('epics_epic');
  const stamp = timestamp(act.at);
  const epic = store.insert('epics_epic', {
    id,
    tags: [],
    version: 1,
    is_blocked: false,
    blocked_note: '',
    ref: takeRef(taiga, act.at, project, 'epic', id),
    epics_order: Math.floor(act.at / 1000),
    created_date: stamp,
    modified_date: stamp,
    description: '',
    client_requirement: false,
    team_requirement: false,
    owner_id: act.by.id,
    project_id: project.id,
    status_id: project.default_epic_status_id,
    external_reference: null,
    ...fields,
  });
  recorder.record(act, 'epic', epic);
  return epic;
}

export function setEpicStatus({ store, recorder }: Taiga, act: Act, epic: EpicRow, status: number): void {
  store.update('epics_epic', epic, {
    status_id: status,
    version: epic.version + 1,
    modified_date: timestamp(act.at),
  });
  recorder.record(act, 'epic', epic);
}

export function linkToEpic({ store, recorder }: Taiga, act: Act, epic: EpicRow, story: StoryRow): void {
  const link = store.insert('epics_relateduserstory', {
    id: store.nextId('epics_relateduserstory'),
    order: Math.floor(act.at / 1000),
    epic_id: epic.id,
    user_story_id: story.id,
  });
  recorder.record(act, 'relateduserstory', link);
}

export function createWikiPage(
  { store, recorder }: Taiga,
  act: Act,
  project: ProjectRow,
  slug: string,
  content: string,
): WikiPageRow {
  const stamp = timestamp(act.at);
  const page = store.insert('wiki_wikipage', {
    id: store.nextId('wiki_wikipage'),
    version: 1,
    slug,
    content,
    created_date: stamp,
    modified_date: stamp,
    last_modifier_id: act.by.id,
    owner_id: act.by.id,
    project_id: project.id,
  });
  recorder.record(act, 'wikipage', page);
  return page;
}

export function editWikiPage({ store, recorder }: Taiga, act: Act, page: WikiPageRow, content: string): void {
  store.update('wiki_wikipage', page, {
    content,
    version: page.version + 1,
    modified_date: timestamp(act.at),
    last_modifier_id: act.by.id,
  });
  recorder.record(act, 'wikipage', page);
}
