import { createIssue, deleteIssue, editIssue, promoteToStory } from '../../../src/demo/taiga/issues.js';
import { setEpicStatus } from '../../../src/demo/taiga/planning.js';
import {
  deleteStory,
  dragOnKanban,
  dragToSprint,
  editStory,
  moveUnfinished,
  reorderBacklog,
} from '../../../src/demo/taiga/stories.js';
import { deleteTask, editTask } from '../../../src/demo/taiga/tasks.js';
import { type Scenarios, step } from './scenario.js';

/** What people do with their items. */
export const ITEM_SCENARIOS: Scenarios = {
  'edits of all kinds': (team) => {
    const [story, bug, epic] = [team.storyVia('New'), team.issueVia(), team.addEpic()];
    const task = team.taskVia(story, 'New');
    return [
      step('all are begun and blocked', () => {
        for (const row of [story, bug, task]) team.move(row, 'In progress');
        editStory(team.taiga, team.act(), story, { is_blocked: true });
        editTask(team.taiga, team.act(), task, { is_blocked: true });
        editIssue(team.taiga, team.act(), bug, { is_blocked: true });
        setEpicStatus(team.taiga, team.act(), epic, team.column('epic', 'In progress').id);
      }),
      step('and unblocked, with a word', () => {
        editStory(team.taiga, team.act(), story, { is_blocked: false, comment: 'Go on.' });
        editTask(team.taiga, team.act(), task, { is_blocked: false, comment: 'Go on.' });
        editIssue(team.taiga, team.act(), bug, { is_blocked: false, comment: 'Go on.' });
      }),
      step('and closed', () => {
        team.move(bug, 'Closed');
        team.move(task, 'Closed');
        team.move(story, 'Done');
        setEpicStatus(team.taiga, team.act(), epic, team.column('epic', 'Done').id);
      }),
    ];
  },

  'cards dragged over the board and the backlog': (team) => {
    const [first, second, third] = [team.storyVia('New'), team.storyVia('New'), team.storyVia('New')];
    const to = (name: string) => ({ status_id: team.column('userstory', name).id, swimlane_id: null });
    return [
      step('into the same column', () => {
        for (const story of [first, second, third])
          dragOnKanban(team.taiga, team.act(), story, to('Ready'), 1);
      }),
      step('into sprints', () => {
        dragToSprint(team.taiga, team.act(), first, team.sprints[0] ?? null, 1);
        dragToSprint(team.taiga, team.act(), second, team.sprints[1] ?? null, 1);
        reorderBacklog(team.taiga, team.act(), third, 1);
      }),
      step('to the end, and between sprints', () => {
        dragOnKanban(team.taiga, team.act(), first, to('Done'), 1);
        dragToSprint(team.taiga, team.act(), second, team.sprints[2] ?? null, 1);
        dragToSprint(team.taiga, team.act(), second, null, 1);
      }),
      step('back to the beginning', () => dragOnKanban(team.taiga, team.act(), first, to('New'), 1)),
    ];
  },

  'three moves in one transaction': (team) => {
    const [story, bug] = [team.storyVia('New'), team.issueVia()];
    return [
      step('forth', () => {
        for (const name of ['In progress', 'Ready for test', 'Closed']) team.move(bug, name);
        for (const name of ['In progress', 'Ready for test', 'Done']) team.move(story, name);
      }),
      step('and back, at one moment', () => {
        const act = team.act();
        for (const name of ['Ready for test', 'In progress', 'New']) {
          team.move(bug, name, act);
          team.move(story, name, act);
        }
      }),
      step('with the next one', () => {
        team.move(bug, 'Closed');
        team.move(story, 'Done');
      }),
    ];
  },

  'stories that their tasks close without a word': (team) => {
    const [story, other] = [team.storyVia('In progress'), team.storyVia('Done')];
    const [one, two] = [team.taskVia(story, 'New'), team.taskVia(story, 'New')];
    const third = team.taskVia(undefined, 'New');
    return [
      step('all tasks are closed', () => {
        team.move(one, 'Closed');
        team.move(two, 'Closed');
      }),
      step('one is opened again', () => team.move(two, 'In progress')),
      step('one goes', () => deleteTask(team.taiga, team.act(), two)),
      step('a task moves to a closed story', () => team.moveTask(one, other)),
      step('their own rows tell it late', () => {
        team.comment(story);
        team.comment(other);
        team.moveTask(third, other);
      }),
      step('the card follows', () => team.move(story, 'Done')),
    ];
  },

  'deletions, visible and hidden, with tasks': (team) => {
    const [plain, hidden, giver] = [team.storyVia('New'), team.storyVia('New'), team.storyVia('New')];
    const [bug, closed] = [team.issueVia('In progress'), team.issueVia('Closed')];
    const task = team.taskVia(undefined, 'In progress');
    for (const story of [plain, hidden]) for (const name of ['New', 'Closed']) team.taskVia(story, name);
    return [
      step('a story gives way in the backlog', () => {
        reorderBacklog(team.taiga, team.act(), hidden, 2);
        reorderBacklog(team.taiga, team.act(), giver, 1);
      }),
      step('stories go with their tasks', () => {
        deleteStory(team.taiga, team.act(), plain);
        deleteStory(team.taiga, team.act(), hidden);
      }),
      step('issues and a task go', () => {
        deleteIssue(team.taiga, team.act(), bug);
        deleteIssue(team.taiga, team.act(), closed);
        deleteTask(team.taiga, team.act(), task);
      }),
    ];
  },

  reopenings: (team) => {
    const [bug, story] = [team.issueVia('In progress', 'Closed'), team.storyVia('In progress', 'Done')];
    const task = team.taskVia(undefined, 'In progress', 'Closed');
    return [
      step('all are opened', () => {
        for (const row of [bug, story, task]) team.move(row, 'In progress');
      }),
      step('and closed, and opened and closed at once', () => {
        team.move(story, 'Done');
        for (const name of ['Closed', 'New', 'Rejected']) team.move(bug, name);
        for (const name of ['Closed', 'New', 'Closed']) team.move(task, name);
      }),
      step('from closed to closed', () => {
        team.move(bug, 'Closed');
        team.move(story, 'Archived');
      }),
    ];
  },

  'issues and tasks that become stories': (team) => {
    const bug = team.issueVia('In progress');
    const said = editIssue(team.taiga, team.act(), bug, { comment: 'Better a story.' });
    const old = team.storyVia('In progress');
    const [task, done] = [team.taskVia(old, 'In progress'), team.taskVia(old, 'Closed')];
    const born: ReturnType<typeof team.promoteTask>[] = [];
    return [
      step('an issue', () =>
        born.push(promoteToStory(team.taiga, team.act(), bug, team.project, said ? [said] : [])),
      ),
      step('a task, which closes its story', () => born.push(team.promoteTask(task))),
      step('the new stories move', () => {
        for (const story of born) team.move(story, 'Ready');
      }),
      step('and once more', () => {
        for (const story of born) team.move(story, 'In progress');
        team.comment(done);
      }),
      step('and are done; the issue goes', () => {
        for (const story of born) team.move(story, 'Done');
        deleteIssue(team.taiga, team.act(), bug);
      }),
      step('the old story goes', () => deleteStory(team.taiga, team.act(), old)),
    ];
  },

  'comments, edited and deleted': (team) => {
    const bug = team.issueVia('In progress');
    const { recorder } = team.taiga;
    let said: ReturnType<typeof editIssue>;
    return [
      step('somebody says something', () => {
        said = editIssue(team.taiga, team.act(), bug, { comment: 'Nonsense!' });
      }),
      step('and thinks better of it', () => {
        if (said) recorder.editComment(team.act(), said, 'I see.');
      }),
      step('and says nothing', () => {
        if (said) recorder.deleteComment(team.act(), said);
      }),
      step('another one', () => team.comment(bug)),
    ];
  },

  'commits that come late': (team) => {
    const [bug, story] = [team.issueVia(), team.storyVia('New')];
    return [
      step('a slow request, and others meanwhile', async () => {
        team.move(bug, 'In progress');
        createIssue(team.taiga, team.act(), team.project, { subject: 'Slow' });
        await team.beginCommit();
        team.move(story, 'In progress');
        team.addIssue();
      }),
      step('others go on', () => team.move(story, 'Ready for test')),
      step('it is over', () => team.endCommit()),
      step('others go on', () => team.move(story, 'Done')),
    ];
  },

  'history that comes later than its items': (team) => {
    const [bug, story, promoted] = [team.issueVia('In progress'), team.storyVia('New'), team.issueVia()];
    const task = team.taskVia(story, 'New');
    return [
      step('items are moved, made and deleted', async () => {
        team.move(bug, 'Closed');
        team.move(task, 'Closed');
        team.storyVia('In progress', 'Done');
        team.taskVia(team.storyVia('New'), 'Closed');
        deleteIssue(team.taiga, team.act(), promoted);
        await team.writeItemsOnly();
      }),
      step('history tells of it', () => team.tellHistory()),
      step('all goes on', () => {
        team.move(bug, 'In progress');
        team.move(story, 'Done');
      }),
    ];
  },

  'sprints, re-dated and deleted': (team) => {
    const [sprint, next] = team.sprints;
    if (!sprint || !next) throw new Error('no sprints');
    const day = (days: number): string => team.ago(-days).slice(0, 10);
    const [inIt, added] = [team.storyVia('New'), team.storyVia('New')];
    team.redate(sprint, { start: day(-5), finish: day(5) });
    dragToSprint(team.taiga, team.act(), inIt, sprint, 1);
    const task = team.taskVia(inIt, 'New');
    return [
      step('scope changes', () => {
        dragToSprint(team.taiga, team.act(), added, sprint, 1);
        dragToSprint(team.taiga, team.act(), inIt, next, 1);
      }),
      step('the sprint is re-dated to the future', () =>
        team.redate(sprint, { start: day(20), finish: day(30) }),
      ),
      step('scope changes before it begins', () => {
        dragToSprint(team.taiga, team.act(), added, null, 1);
        dragToSprint(team.taiga, team.act(), inIt, sprint, 1);
      }),
      step('it is re-dated to the past', () => team.redate(sprint, { start: day(-5), finish: day(30) })),
      step('what is unfinished moves on', () => moveUnfinished(team.taiga, team.act(), sprint, next)),
      step('sprints go', () => {
        team.deleteSprint(sprint);
        team.deleteSprint(next);
      }),
      step('the next rows tell of it', () => {
        team.comment(inIt);
        team.move(task, 'Closed');
      }),
    ];
  },
};
