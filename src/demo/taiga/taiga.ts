import type { Random } from '../random.js';
import { Recorder } from './recorder.js';
import type { ProjectRow } from './rows.js';
import { Store } from './store.js';
import { type Micros, timestamp } from './time.js';
import { Timeline } from './timeline.js';
import { UuidSource } from './uuid.js';

/** Taiga's back end, reduced to its tables: rows, history and timeline. */
export interface Taiga {
  readonly store: Store;
  readonly timeline: Timeline;
  readonly recorder: Recorder;
  /** The last item number in each project. */
  readonly lastRefs: Map<number, number>;
}

export function createTaiga(random: Random): Taiga {
  const store = new Store();
  const timeline = new Timeline(store);
  return {
    store,
    timeline,
    recorder: new Recorder(store, timeline, new UuidSource(random)),
    lastRefs: new Map(),
  };
}

/** The next item number: stories, tasks, issues and epics of a project share one sequence. */
export function takeRef(
  { store, timeline, lastRefs }: Taiga,
  at: Micros,
  project: ProjectRow,
  kind: 'userstory' | 'task' | 'issue' | 'epic',
  id: number,
): number {
  const ref = (lastRefs.get(project.id) ?? 0) + 1;
  lastRefs.set(project.id, ref);
  store.append('references_reference', {
    id: store.nextId('references_reference'),
    object_id: id,
    ref,
    created_at: timestamp(at),
    content_type_id: timeline.contentType(kind),
    project_id: project.id,
  });
  return ref;
}

/** Adds an item's tags to its project, as a trigger in the database does. */
export function noteTags({ store }: Taiga, project: ProjectRow, tags: readonly string[]): void {
  const unknown = tags.filter((tag) => !project.tags_colors.some(([known]) => known === tag));
  if (unknown.length === 0) return;
  const added = unknown.map((tag): [string, null] => [tag, null]);
  store.update('projects_project', project, { tags_colors: [...project.tags_colors, ...added] });
}
