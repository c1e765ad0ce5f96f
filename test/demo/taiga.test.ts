import { beforeEach, describe, expect, it } from 'vitest';
import { Random } from '../../src/demo/random.js';
import { deleteIssueStatus, statusNamed } from '../../src/demo/taiga/boards.js';
import { createUser, install } from '../../src/demo/taiga/installation.js';
import { createIssue, editIssue, promoteToStory } from '../../src/demo/taiga/issues.js';
import { createSprint } from '../../src/demo/taiga/planning.js';
import { createProject } from '../../src/demo/taiga/projects.js';
import type { Act } from '../../src/demo/taiga/recorder.js';
import type { HistoryRow, ProjectRow, StoryRow, TimelineRow, UserRow } from '../../src/demo/taiga/rows.js';
import {
  createStory,
  deleteStory,
  dragOnKanban,
  dragToSprint,
  editStory,
  moveUnfinished,
  reorderBacklog,
} from '../../src/demo/taiga/stories.js';
import { createTaiga, type Taiga } from '../../src/demo/taiga/taiga.js';
import { createTask, editTask } from '../../src/demo/taiga/tasks.js';
import { minute, startOf, timestamp } from '../../src/demo/taiga/time.js';

let taiga: Taiga;
let user: UserRow;
let project: ProjectRow;
let clock: number;

/** The next request, a minute after the last. */
const act = (): Act => {
  clock += minute + 1;
  return { at: clock, by: user };
};

/** What the last requests wrote: history and timeline, and nothing else. */
function written(): { history: HistoryRow[]; timeline: TimelineRow[] } {
  const history: HistoryRow[] = [];
  const timeline: TimelineRow[] = [];
  for (const change of taiga.store.takeChanges()) {
    if (change.operation !== 'insert') continue;
    if (change.table === 'history_historyentry') history.push(change.row);
    if (change.table === 'timeline_timeline') timeline.push(change.row);
  }
  return { history, timeline };
}

const storyStatus = (name: string): number =>
  statusNamed(taiga, project, 'projects_userstorystatus', name).id;
const taskStatus = (name: string): number => statusNamed(taiga, project, 'projects_taskstatus', name).id;
const issueStatus = (name: string): number => statusNamed(taiga, project, 'projects_issuestatus', name).id;
const newStory = (subject = 'A story'): StoryRow => createStory(taiga, act(), project, { subject });

beforeEach(() => {
  const random = new Random(1);
  taiga = createTaiga(random);
  clock = startOf('2026-02-02') + 123_457;
  install(taiga, clock, random);
  user = createUser(taiga, clock, random, {
    username: 'ada',
    full_name: 'Ada Quill',
    email: 'ada@example.org',
  });
  project = createProject(taiga, act(), {
    name: 'P',
    slug: 'ada-p',
    description: '',
    modules: ['backlog', 'issues'],
  });
  taiga.store.takeChanges();
});

describe('stories', () => {
  it('are created with a snapshot, and told with the same time', () => {
    const story = newStory();
    const { history, timeline } = written();
    expect(history).toMatchObject([
      { type: 2, is_snapshot: true, is_hidden: false, diff: {}, created_at: story.created_date },
    ]);
    expect(history[0]?.snapshot).toMatchObject({ ref: story.ref, finish_date: 'None', assigned_users: [] });
    expect(timeline.map((row) => row.namespace)).toEqual([`project:${project.id}`, `user:${user.id}`]);
    expect(timeline[0]).toMatchObject({
      event_type: 'userstories.userstory.create',
      created: story.created_date,
    });
  });

  it('tell of a status by id, by name, and with the order on the board', () => {
    const story = newStory();
    taiga.store.takeChanges();
    const before = story.kanban_order;
    editStory(taiga, act(), story, { status_id: storyStatus('Done') });
    const [row] = written().history;
    expect(row?.diff).toEqual({
      status: [storyStatus('New'), storyStatus('Done')],
      is_closed: [false, true],
      finish_date: ['None', timestamp(clock).replace('T', ' ')],
      kanban_order: [before, clock],
    });
    expect(row?.values).toEqual({
      users: {},
      status: { [storyStatus('New')]: 'New', [storyStatus('Done')]: 'Done' },
    });
    expect(row?.values_diff_cache).toMatchObject({ status: ['New', 'Done'] });
    expect(story.version).toBe(2);
  });

  it('move on the board without a new version or date of modification', () => {
    const story = newStory();
    const { modified_date, version } = story;
    dragOnKanban(taiga, act(), story, { status_id: storyStatus('In progress'), swimlane_id: null }, 1);
    expect(story).toMatchObject({
      modified_date,
      version,
      kanban_order: 1,
      status_id: storyStatus('In progress'),
    });
  });

  it('are closed by their tasks without a word, and tell it in their next row', () => {
    const story = newStory();
    const task = createTask(taiga, act(), project, { story }, { subject: 'A task' });
    taiga.store.takeChanges();
    editTask(taiga, act(), task, { status_id: taskStatus('Closed') });
    expect(written().history.map((row) => row.key)).toEqual([`tasks.task:${task.id}`]);
    expect(story).toMatchObject({
      is_closed: true,
      finish_date: timestamp(clock),
      status_id: storyStatus('New'),
    });
    const closedAt = timestamp(clock).replace('T', ' ');

    editStory(taiga, act(), story, { comment: 'All done?' });
    expect(written().history[0]?.diff).toEqual({ is_closed: [false, true], finish_date: ['None', closedAt] });
    createTask(taiga, act(), project, { story }, { subject: 'One more' });
    expect(story).toMatchObject({ is_closed: false, finish_date: null });
  });

  it('hide their order, and are deleted by a hidden row when only that has changed', () => {
    const [first, second] = [newStory(), newStory()];
    reorderBacklog(taiga, act(), first, 3);
    taiga.store.takeChanges();
    reorderBacklog(taiga, act(), second, 2);
    const { history, timeline } = written();
    expect(history).toMatchObject([{ is_hidden: true, values_diff_cache: null }]);
    expect(timeline).toEqual([]);

    deleteStory(taiga, act(), first);
    const deleted = written();
    expect(deleted.history).toMatchObject([
      { type: 3, is_hidden: true, is_snapshot: true, diff: { backlog_order: [3, 4] } },
    ]);
    expect(deleted.timeline).toEqual([]);
    expect(taiga.store.where('userstories_rolepoints', (row) => row.user_story_id === first.id)).toEqual([]);
  });

  it('add a snapshot after sixty rows', () => {
    const story = newStory();
    taiga.store.takeChanges();
    for (let count = 0; count < 62; count++) editStory(taiga, act(), story, { subject: `Take ${count}` });
    const snapshots = written().history.map((row) => row.is_snapshot);
    expect(snapshots.indexOf(true)).toBe(60);
    expect(snapshots.filter(Boolean)).toHaveLength(1);
  });
});

describe('sprints', () => {
  it('close and open with their items, and move the unfinished without a word about their tasks', () => {
    const days = { start: '2026-02-02', finish: '2026-02-15' };
    const sprint = createSprint(taiga, act(), project, 'Sprint 1', days);
    const next = createSprint(taiga, act(), project, 'Sprint 2', {
      start: '2026-02-16',
      finish: '2026-03-01',
    });
    const [done, open] = [newStory('done'), newStory('open')];
    for (const story of [done, open]) dragToSprint(taiga, act(), story, sprint, 1);
    const task = createTask(taiga, act(), project, { story: open }, { subject: 'A task' });
    editStory(taiga, act(), done, { status_id: storyStatus('Done') });
    expect(sprint.closed).toBe(false);
    taiga.store.takeChanges();

    moveUnfinished(taiga, act(), sprint, next);
    expect(written().history).toMatchObject([
      { key: `userstories.userstory:${open.id}`, diff: { milestone: [sprint.id, next.id] } },
    ]);
    expect([task.milestone_id, sprint.closed, next.closed]).toEqual([next.id, true, false]);
    editTask(taiga, act(), task, { assigned_to_id: user.id });
    expect(written().history[0]?.diff).toMatchObject({ milestone: [sprint.id, next.id] });
  });
});

describe('issues', () => {
  it('lose a deleted status silently; the next row has an id without a name', () => {
    const issue = createIssue(taiga, act(), project, { subject: 'Broken' });
    const gone = statusNamed(taiga, project, 'projects_issuestatus', 'Postponed');
    editIssue(taiga, act(), issue, { status_id: gone.id });
    taiga.store.takeChanges();
    deleteIssueStatus(taiga, gone, statusNamed(taiga, project, 'projects_issuestatus', 'New'));
    expect(written().history).toEqual([]);
    expect(issue.status_id).toBe(issueStatus('New'));

    editIssue(taiga, act(), issue, { status_id: issueStatus('Closed') });
    const [row] = written().history;
    expect(row?.diff).toMatchObject({ status: [gone.id, issueStatus('Closed')] });
    expect(row?.values).toMatchObject({ status: { [issueStatus('Closed')]: 'Closed' } });
    expect(row?.values_diff_cache).toMatchObject({ status: [null, 'Closed'] });
  });

  it('become stories whose first row is their first later edit', () => {
    const issue = createIssue(taiga, act(), project, { subject: 'A wish', assigned_to_id: user.id });
    const comment = editIssue(taiga, act(), issue, { comment: 'Nice idea.' });
    taiga.store.takeChanges();
    const story = promoteToStory(taiga, act(), issue, project, comment === undefined ? [] : [comment]);
    const { history, timeline } = written();
    expect(history.map((row) => [row.key, row.created_at])).toEqual([
      [`userstories.userstory:${story.id}`, comment?.created_at],
      [`issues.issue:${issue.id}`, timestamp(clock)],
    ]);
    expect(history[1]?.diff).toEqual({ promoted_to: [[], [story.id]] });
    expect(new Set(timeline.map((row) => row.event_type))).toEqual(new Set(['issues.issue.change']));
    expect(story.assigned_to_id).toBeNull();

    editStory(taiga, act(), story, { status_id: storyStatus('Ready') });
    expect(written().history).toMatchObject([{ type: 2, diff: {}, is_snapshot: true }]);
  });
});
