import type { Act } from './recorder.js';
import type {
  HistoryRow,
  Json,
  Kind,
  KindRows,
  MembershipRow,
  ProjectRow,
  StoryRow,
  UserRow,
} from './rows.js';
import { applicationOf } from './rows.js';
import type { Store } from './store.js';
import { day, type Micros, timestamp } from './time.js';

const eventNames = { 1: 'change', 2: 'create', 3: 'delete' } as const;

interface Event {
  readonly at: Micros;
  readonly by: number;
  readonly name: string;
  readonly project: ProjectRow;
  readonly contentType: number;
  readonly data: Json;
  readonly people: Iterable<number>;
}

/** The activity stream: each event once for the project, and once for each person involved. */
export class Timeline {
  readonly #store: Store;
  readonly #contentTypes = new Map<string, number>();
  /** The times of each project's events, from which the totals in its row are counted. */
  readonly #events = new Map<number, Micros[]>();
  /** By item; whoever comments on an item watches it from then on. */
  readonly #watchers = new Map<string, Set<number>>();

  constructor(store: Store) {
    this.#store = store;
  }

  contentType(model: string): number {
    let id = this.#contentTypes.get(model);
    if (id === undefined) {
      id = this.#store.where('django_content_type', (type) => type.model === model)[0]?.id ?? 0;
      this.#contentTypes.set(model, id);
    }
    return id;
  }

  tell<K extends Kind>(act: Act, kind: K, item: KindRows[K], row: HistoryRow): void {
    const project = this.#store.get('projects_project', row.project_id);
    const data = {
      ...this.#about(kind, item),
      user: { id: act.by.id },
      project: projectData(project),
      values_diff: row.values_diff_cache,
      comment: row.comment,
      comment_html: row.comment_html,
    };
    if (row.comment !== '' && row.type === 1) this.#watch(row.key, act.by.id);
    this.#write({
      at: act.at,
      by: act.by.id,
      name: `${applicationOf[kind]}.${kind}.${eventNames[row.type]}`,
      project,
      contentType: this.contentType(kind),
      data,
      people: this.#concerned(kind, item, row.key),
    });
  }

  tellMembership(at: Micros, membership: MembershipRow, user: UserRow, what: 'create' | 'delete'): void {
    const project = this.#store.get('projects_project', membership.project_id);
    const role = this.#store.get('users_role', membership.role_id);
    this.#write({
      at,
      by: user.id,
      name: `projects.membership.${what}`,
      project,
      contentType: this.contentType('membership'),
      data: { user: { id: user.id }, role: { id: role.id, name: role.name }, project: projectData(project) },
      people: [user.id],
    });
  }

  tellUser(at: Micros, user: UserRow): void {
    const contentType = this.contentType('user');
    this.#store.append('timeline_timeline', {
      id: this.#store.nextId('timeline_timeline'),
      object_id: user.id,
      namespace: `user:${user.id}`,
      event_type: 'users.user.create',
      project_id: null,
      data: { user: { id: user.id } },
      data_content_type_id: contentType,
      created: timestamp(at),
      content_type_id: contentType,
    });
  }

  #write({ at, by, name, project, contentType, data, people }: Event): void {
    const write = (namespace: string, model: string, object: number): void => {
      this.#store.append('timeline_timeline', {
        id: this.#store.nextId('timeline_timeline'),
        object_id: object,
        namespace,
        event_type: name,
        project_id: project.id,
        data,
        data_content_type_id: contentType,
        created: timestamp(at),
        content_type_id: this.contentType(model),
      });
    };
    write(`project:${project.id}`, 'project', project.id);
    for (const person of people) write(`user:${by}`, 'user', person);
    this.#count(at, project);
  }

  #count(at: Micros, project: ProjectRow): void {
    const times = this.#events.get(project.id) ?? [];
    times.push(at);
    this.#events.set(project.id, times);
    this.#store.update('projects_project', project, {
      total_activity: times.length,
      total_activity_last_week: countSince(times, at - 7 * day),
      total_activity_last_month: countSince(times, at - 30 * day),
      total_activity_last_year: countSince(times, at - 365 * day),
      totals_updated_datetime: timestamp(at),
    });
  }

  #about(kind: Kind, item: KindRows[Kind]): Record<string, Json> {
    if (kind === 'project') return {};
    if ('epic_id' in item) return this.#aboutRelation(item.id, item.epic_id, item.user_story_id);
    if ('estimated_start' in item) return { milestone: { id: item.id, name: item.name, slug: item.slug } };
    if ('content' in item) return { wikipage: { id: item.id, slug: item.slug } };
    if (!('ref' in item)) return {};
    const own = { id: item.id, ref: item.ref, subject: item.subject };
    if ('user_story_id' in item) {
      const story = this.#store.find('userstories_userstory', item.user_story_id);
      return { task: story === undefined ? own : { ...own, userstory: storyData(story) } };
    }
    const milestone =
      'kanban_order' in item ? this.#store.find('milestones_milestone', item.milestone_id) : undefined;
    if (milestone === undefined) return { [kind]: own };
    return { [kind]: own, milestone: { id: milestone.id, name: milestone.name, slug: milestone.slug } };
  }

  #aboutRelation(id: number, epicId: number, storyId: number): Record<string, Json> {
    const epic = this.#store.get('epics_epic', epicId);
    const story = this.#store.get('userstories_userstory', storyId);
    const project = projectData(this.#store.get('projects_project', story.project_id));
    return {
      epic: { id: epic.id, ref: epic.ref, subject: epic.subject },
      userstory: { ...storyData(story), project },
      relateduserstory: { id, subject: story.subject },
    };
  }

  /** The owner, the assignees and the watchers. */
  #concerned(kind: Kind, item: KindRows[Kind], key: string): Set<number> {
    const people = new Set<number>();
    if ('epic_id' in item) return this.#concernedByRelation(item.epic_id, item.user_story_id);
    if (item.owner_id !== null) people.add(item.owner_id);
    if ('assigned_to_id' in item && item.assigned_to_id !== null) people.add(item.assigned_to_id);
    if (kind === 'userstory') {
      const links = this.#store.belongingTo('userstories_userstory_assigned_users', item.id);
      for (const link of links) people.add(link.user_id);
    }
    if (kind === 'project') {
      const members = this.#store.where('projects_membership', (member) => member.project_id === item.id);
      for (const member of members) if (member.user_id !== null) people.add(member.user_id);
    }
    for (const watcher of this.#watchers.get(key) ?? []) people.add(watcher);
    return people;
  }

  #concernedByRelation(epicId: number, storyId: number): Set<number> {
    const epic = this.#store.get('epics_epic', epicId);
    const story = this.#store.get('userstories_userstory', storyId);
    return new Set([epic.owner_id, story.owner_id].filter((id) => id !== null));
  }

  #watch(key: string, user: number): void {
    const watchers = this.#watchers.get(key) ?? new Set();
    this.#watchers.set(key, watchers.add(user));
  }
}

const storyData = ({ id, ref, subject }: StoryRow) => ({ id, ref, subject });

const projectData = ({ id, slug, name, description }: ProjectRow) => ({ id, slug, name, description });

/** How many of the ascending times are later than a moment. */
function countSince(times: readonly Micros[], since: Micros): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) > since) high = middle;
    else low = middle + 1;
  }
  return times.length - low;
}
