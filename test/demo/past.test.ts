import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Frozen } from '../../src/demo/taiga/frozen.js';
import type { HistoryRow, Json, Tables } from '../../src/demo/taiga/rows.js';
import { microsOf, timestamp } from '../../src/demo/taiga/time.js';
import { now, Past } from './past.js';

const hash = (past: Past): string => createHash('sha256').update(past.text()).digest('hex');

describe('a simulated past', () => {
  it('is the same for the same seed and the same end, and another for another seed', () => {
    const first = hash(Past.of(7, now, 3));
    expect(hash(Past.of(7, now, 3))).toBe(first);
    expect(hash(Past.of(8, now, 3))).not.toBe(first);
  });
});

const itemTables = {
  userstory: 'userstories_userstory',
  task: 'tasks_task',
  issue: 'issues_issue',
  epic: 'epics_epic',
} as const;

/** Applies the diffs of a key's history one after the other to its first snapshot. */
function replay(rows: readonly HistoryRow[]): Frozen | undefined {
  let state: Frozen | undefined;
  for (const row of rows) {
    if (state === undefined && row.snapshot !== null) state = { ...(row.snapshot as Frozen) };
    else if (state !== undefined) {
      for (const [field, change] of Object.entries(row.diff as Record<string, [Json, Json]>)) {
        expect(state[field], `${row.key} ${field}`).toEqual(change[0]);
        state[field] = change[1];
      }
    }
  }
  return state;
}

describe.each([1, 2])('the past of seed %i', (seed) => {
  let past: Past;
  beforeAll(() => {
    past = Past.of(seed);
  });

  it('has the size of a small organisation', () => {
    const items = [itemTables.userstory, itemTables.task, itemTables.issue].map(
      (table) => past.rows(table).length,
    );
    const sum = items.reduce((total, count) => total + count, 0);
    expect(sum).toBeGreaterThan(700);
    expect(sum).toBeLessThan(1400);
    expect(past.rows('history_historyentry').length).toBeGreaterThan(7000);
    expect(past.rows('history_historyentry').length).toBeLessThan(11_000);
  });

  it('ends before now, and ids are unique', () => {
    const end = timestamp(microsOf(now));
    const times = [
      ...past.rows('history_historyentry').map((row) => row.created_at),
      ...past.rows('timeline_timeline').map((row) => row.created),
      ...past.rows('references_reference').map((row) => row.created_at),
      ...past
        .rows('userstories_userstory')
        .flatMap((row) => [row.created_date, row.modified_date, row.finish_date ?? '']),
      ...past
        .rows('issues_issue')
        .flatMap((row) => [row.created_date, row.modified_date, row.finished_date ?? '']),
    ];
    expect(times.reduce((latest, time) => (time > latest ? time : latest), '') < end).toBe(true);
    const ids = past.rows('history_historyentry').map((row) => row.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(
      ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true);
  });

  it('numbers the items of a project from one sequence', () => {
    const refs = Object.values(itemTables).flatMap((table) =>
      (past.rows(table) as readonly Tables['tasks_task'][]).map((row) => `${row.project_id} ${row.ref}`),
    );
    expect(new Set(refs).size).toBe(refs.length);
    const references = new Set(
      past.rows('references_reference').map((row) => `${row.project_id} ${row.ref}`),
    );
    expect(refs.filter((ref) => !references.has(ref))).toEqual([]);
  });

  it('tells every visible row of history in the timeline, with the same time', () => {
    const told = past
      .rows('timeline_timeline')
      .filter(
        (row) =>
          row.namespace === `project:${row.project_id}` && !row.event_type.startsWith('projects.membership'),
      )
      .map((row) => `${row.created} ${row.project_id} ${row.event_type}`);
    const visible = past
      .rows('history_historyentry')
      .filter((row) => !row.is_hidden)
      .map((row) => {
        const event = ['change', 'create', 'delete'][row.type - 1];
        return `${row.created_at} ${row.project_id} ${row.key.split(':')[0]}.${event}`;
      });
    // A promoted story has copies of comments; nothing tells of them a second time.
    const copies = visible.length - told.length;
    expect(copies).toBeGreaterThanOrEqual(0);
    expect(copies).toBeLessThan(40);
    const known = new Set(visible);
    expect(told.filter((event) => !known.has(event))).toEqual([]);
    const people = past.rows('timeline_timeline').filter((row) => row.namespace.startsWith('user:')).length;
    expect(people).toBeGreaterThan(told.length);
  });

  it('replays to the present, but for what Taiga keeps silent', () => {
    const histories = past.histories();
    const issueStatuses = past.byId('projects_issuestatus');
    let silent = 0;
    for (const [kind, table] of Object.entries(itemTables)) {
      const prefix = { userstory: 'userstories', task: 'tasks', issue: 'issues', epic: 'epics' }[kind];
      for (const row of past.rows(table)) {
        const state = replay(histories.get(`${prefix}.${kind}:${row.id}`) ?? []);
        if (state === undefined) {
          expect((row as Tables['userstories_userstory']).generated_from_issue_id).not.toBeNull();
          continue;
        }
        expect(state.subject).toBe(row.subject);
        expect(state.is_blocked).toBe(row.is_blocked);
        if (state.status !== row.status_id) {
          expect(kind).toBe('issue');
          expect(issueStatuses.has(Number(state.status))).toBe(false);
          silent++;
        }
        if (kind === 'userstory') {
          const story = row as Tables['userstories_userstory'];
          expect(state.milestone).toBe(story.milestone_id);
          expect(state.swimlane).toBe(story.swimlane_id);
          expect(state.due_date).toBe(story.due_date);
        }
      }
    }
    expect(silent).toBeLessThan(12);
  });

  it('closes stories by their tasks, else by their status, and dates them', () => {
    const statuses = past.byId('projects_userstorystatus');
    const taskStatuses = past.byId('projects_taskstatus');
    for (const story of past.rows('userstories_userstory')) {
      const tasks = past.rows('tasks_task').filter((task) => task.user_story_id === story.id);
      const closed =
        tasks.length > 0
          ? tasks.every((task) => taskStatuses.get(task.status_id ?? 0)?.is_closed)
          : statuses.get(story.status_id ?? 0)?.is_closed;
      expect(story.is_closed).toBe(closed);
      expect(story.finish_date !== null).toBe(closed);
      expect(tasks.every((task) => task.milestone_id === story.milestone_id)).toBe(true);
    }
    for (const task of past.rows('tasks_task')) {
      expect(task.finished_date !== null).toBe(taskStatuses.get(task.status_id ?? 0)?.is_closed);
    }
  });

  it('gives every story its points row for each computable role', () => {
    const computable = past.rows('users_role').filter((role) => role.computable);
    const perStory = new Map<number, number>();
    for (const { user_story_id } of past.rows('userstories_rolepoints')) {
      perStory.set(user_story_id, (perStory.get(user_story_id) ?? 0) + 1);
    }
    for (const story of past.rows('userstories_userstory')) {
      expect(perStory.get(story.id)).toBe(
        computable.filter((role) => role.project_id === story.project_id).length,
      );
    }
    expect(perStory.size).toBe(past.rows('userstories_userstory').length);
  });

  it('has the traps that readers of these tables must survive', () => {
    const history = past.rows('history_historyentry');
    const statuses = past.byId('projects_userstorystatus');
    const stories = past.rows('userstories_userstory');
    const members = new Set(
      past.rows('projects_membership').map((row) => `${row.project_id} ${row.user_id}`),
    );
    const toldLate = history.filter((row) => {
      const diff = row.diff as Record<string, [Json, Json]>;
      const finish = diff.finish_date?.[1];
      return (
        row.type === 1 &&
        typeof finish === 'string' &&
        finish !== 'None' &&
        finish.replace(' ', 'T') < row.created_at
      );
    });
    const newest = new Map([...past.histories()].map(([key, rows]) => [key, rows.at(-1)?.created_at ?? '']));
    expect({
      deleted: history.some((row) => row.type === 3),
      hidden: history.some((row) => row.is_hidden && row.type === 1),
      promoted: stories.some((story) => story.generated_from_issue_id !== null),
      toldLate: toldLate.length > 50,
      closedByTasks: stories.some(
        (story) => story.is_closed && !statuses.get(story.status_id ?? 0)?.is_closed,
      ),
      reopened: history.some((row) => (row.diff as Record<string, [Json, Json]>).is_closed?.[1] === false),
      leaver: stories.some(
        (story) =>
          !story.is_closed &&
          story.assigned_to_id !== null &&
          !members.has(`${story.project_id} ${story.assigned_to_id}`),
      ),
      invitation: past.rows('projects_membership').some((row) => row.user_id === null && row.email !== null),
      oldName: history.some((row) => JSON.stringify(row.values).includes('Code review')),
      newName: [...statuses.values()].some((status) => status.name === 'Ready for review'),
      deletedStatus: history.some((row) => JSON.stringify(row.values).includes('Waiting for vendor')),
      statusGone: past.rows('projects_issuestatus').every((status) => status.name !== 'Waiting for vendor'),
      dragged: stories.some(
        (story) => story.modified_date < (newest.get(`userstories.userstory:${story.id}`) ?? ''),
      ),
      commentEdited: history.some((row) => row.edit_comment_date !== null),
      commentDeleted: history.some((row) => row.delete_comment_date !== null),
      leftOpen: past
        .rows('milestones_milestone')
        .some((sprint) => !sprint.closed && sprint.estimated_finish < now.toISOString().slice(0, 10)),
    }).toEqual({
      deleted: true,
      hidden: true,
      promoted: true,
      toldLate: true,
      closedByTasks: true,
      reopened: true,
      leaver: true,
      invitation: true,
      oldName: true,
      newName: true,
      deletedStatus: true,
      statusGone: true,
      dragged: true,
      commentEdited: true,
      commentDeleted: true,
      leftOpen: true,
    });
  });
});
