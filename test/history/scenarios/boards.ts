import { deleteIssue } from '../../../src/demo/taiga/issues.js';
import { setEpicStatus } from '../../../src/demo/taiga/planning.js';
import { deleteStory } from '../../../src/demo/taiga/stories.js';
import { type Scenarios, step } from './scenario.js';

/** What administrators do with columns and users. None of it leaves a row in history. */
export const BOARD_SCENARIOS: Scenarios = {
  'columns that are renamed and dragged': (team) => {
    const [bug, story] = [team.issueVia('Ready for test'), team.storyVia('New', 'In progress')];
    const task = team.taskVia(undefined, 'In progress');
    return [
      step('renamed', () => {
        team.rename('issue', 'Ready for test', 'Ready for QA');
        team.rename('userstory', 'Done', 'Won');
        team.rename('task', 'In progress', 'Doing');
      }),
      step('dragged', () => {
        team.dragColumn('issue', 'Closed', -1);
        team.dragColumn('userstory', 'In progress', -1);
        team.dragColumn('task', 'Closed', -1);
      }),
      step('used', () => {
        team.move(bug, 'Closed');
        team.move(story, 'Won');
        team.move(task, 'Closed');
      }),
    ];
  },

  // Rows with the old names look as if another Taiga had written them: its ids mean something else.
  'columns that change their names with each other': (team) => {
    const [bug, other] = [team.issueVia('In progress', 'Closed'), team.issueVia('Postponed')];
    return [
      step('an open one and a closed one', () => {
        team.rename('issue', 'Closed', 'Old');
        team.rename('issue', 'Postponed', 'Closed');
        team.rename('issue', 'Old', 'Postponed');
      }),
      step(
        'used',
        () => {
          team.move(bug, 'Closed');
          team.move(other, 'Postponed');
        },
        { recordsTell: false },
      ),
      step('used again', () => {
        team.move(bug, 'Rejected');
        team.move(other, 'In progress');
      }),
    ];
  },

  'open columns that are deleted': (team) => {
    const stay = [team.issueVia('Needs Info'), team.storyVia('New', 'Ready for test')] as const;
    const task = team.taskVia(team.storyVia('New'), 'New', 'Needs Info');
    const [went, goes] = [team.issueVia('Needs Info', 'In progress'), team.issueVia('Needs Info')];
    return [
      step('deleted', () => {
        team.deleteColumn('issue', 'Needs Info', 'Postponed');
        team.deleteColumn('userstory', 'Ready for test', 'Ready');
        team.deleteColumn('task', 'Needs Info', 'In progress');
      }),
      step('the next rows have them as their origin', () => {
        team.move(stay[0], 'Closed');
        team.move(stay[1], 'Done');
        team.move(task, 'Closed');
      }),
      step('items that were there go', () => {
        deleteIssue(team.taiga, team.act(), goes);
        team.move(went, 'Closed');
      }),
      step('the first column goes', () => team.deleteColumn('issue', 'New', 'In progress')),
      step('work goes on', () => team.issueVia('Closed')),
    ];
  },

  // The rows by which items leave it cannot name it any more, and no row named it before.
  'a column that is deleted with what began there': (team) => {
    const task = team.taskVia(team.storyVia('New'), 'Needs Info');
    return [
      step('deleted', () => team.deleteColumn('task', 'Needs Info', 'In progress')),
      step('the next row has it as its origin', () => team.move(task, 'Closed'), { recordsTell: false }),
    ];
  },

  'closed columns that are deleted': (team) => {
    const bugs = [team.issueVia('In progress', 'Closed'), team.issueVia('Closed')] as const;
    const stories = [team.storyVia('New', 'Done'), team.storyVia('New', 'In progress', 'Done')] as const;
    const tasks = [team.taskVia(undefined, 'New', 'Closed'), team.taskVia(undefined, 'Closed')] as const;
    return [
      step('the items go to open ones', () => {
        team.deleteColumn('issue', 'Closed', 'Needs Info');
        team.deleteColumn('userstory', 'Done', 'Ready');
        team.deleteColumn('task', 'Closed', 'In progress');
      }),
      step('some are touched', () => {
        team.comment(bugs[0]);
        team.comment(stories[0]);
        team.comment(tasks[0]);
      }),
      step('all are moved on', () => {
        for (const bug of bugs) team.move(bug, 'Rejected');
        for (const story of stories) team.move(story, 'Archived');
        for (const task of tasks) team.move(task, 'Ready for test');
      }),
    ];
  },

  'a closed column whose items go to another closed one': (team) => {
    const [bug, story] = [team.issueVia('In progress', 'Rejected'), team.storyVia('New', 'Archived')];
    return [
      step('deleted', () => {
        team.deleteColumn('issue', 'Rejected', 'Closed');
        team.deleteColumn('userstory', 'Archived', 'Done');
      }),
      step('reopened', () => {
        team.move(bug, 'In progress');
        team.move(story, 'In progress');
      }),
      step('and closed', () => {
        team.move(bug, 'Closed');
        team.move(story, 'Done');
      }),
    ];
  },

  'marks that are taken off': (team) => {
    const rows = () =>
      [
        team.issueVia('In progress', 'Closed'),
        team.storyVia('New', 'In progress', 'Done'),
        team.taskVia(undefined, 'In progress', 'Closed'),
      ] as const;
    const [touched, moved, reopened, deleted] = [rows(), rows(), rows(), rows()];
    for (const row of rows()) team.move(row, 'In progress');
    return [
      step('taken off', () => {
        team.setMark('issue', 'Closed', false);
        team.setMark('userstory', 'Done', false);
        team.setMark('task', 'Closed', false);
      }),
      // What is touched in a column that is open now loses its date.
      step(
        'items are touched',
        () => {
          for (const row of touched) team.comment(row);
        },
        { recordsTell: false },
      ),
      step('items are moved', () => {
        team.move(moved[0], 'Rejected');
        team.move(moved[1], 'Archived');
        team.move(moved[2], 'Ready for test');
      }),
      step('items are opened, which they are already', () => {
        for (const row of reopened) team.move(row, 'In progress');
      }),
      step('items go, others come', () => {
        deleteIssue(team.taiga, team.act(), deleted[0]);
        deleteStory(team.taiga, team.act(), deleted[1]);
        rows();
      }),
      step('put on again', () => {
        team.setMark('issue', 'Closed', true);
        team.setMark('userstory', 'Done', true);
        team.setMark('task', 'Closed', true);
      }),
      step('items are moved', () => {
        for (const row of touched) team.move(row, 'In progress');
        rows();
      }),
    ];
  },

  'marks that are put on': (team) => {
    const rows = () =>
      [
        team.issueVia('In progress', 'Ready for test'),
        team.storyVia('New', 'Ready for test'),
        team.taskVia(team.storyVia('New'), 'In progress', 'Ready for test'),
      ] as const;
    const [touched, moved, closed] = [rows(), rows(), rows()];
    for (const row of rows()) team.move(row, 'In progress');
    return [
      step('put on', () => {
        team.setMark('issue', 'Ready for test', true);
        team.setMark('userstory', 'Ready for test', true);
        team.setMark('task', 'Ready for test', true);
      }),
      step('items are touched', () => {
        for (const row of touched) team.comment(row);
      }),
      step('items are moved', () => {
        for (const row of moved) team.move(row, 'In progress');
        rows();
      }),
      step('items are closed, which they are already', () => {
        team.move(closed[0], 'Closed');
        team.move(closed[1], 'Done');
        team.move(closed[2], 'Closed');
      }),
      step('taken off again, and renamed', () => {
        team.setMark('issue', 'Ready for test', false);
        team.setMark('userstory', 'Ready for test', false);
        team.setMark('task', 'Ready for test', false);
        team.rename('issue', 'Ready for test', 'Tested');
      }),
      step('and deleted', () => {
        team.deleteColumn('issue', 'Tested', 'Postponed');
        team.deleteColumn('userstory', 'Ready for test', 'In progress');
      }),
      step('items are moved', () => {
        for (const row of touched) team.move(row, 'In progress');
      }),
    ];
  },

  // Epics have no date of their own.
  'marks of epics': (team) => {
    const [epic, lively] = [team.addEpic(), team.addEpic()];
    const move = (row: typeof epic, ...names: readonly string[]): void => {
      for (const name of names) setEpicStatus(team.taiga, team.act(), row, team.column('epic', name).id);
    };
    move(epic, 'Done');
    move(lively, 'In progress', 'Done', 'In progress', 'Done');
    return [
      step('taken off', () => team.setMark('epic', 'Done', false), { recordsTell: false }),
      step('they are moved', () => move(epic, 'In progress', 'Done')),
      step('put on again', () => team.setMark('epic', 'Done', true)),
      step('they are moved', () => {
        move(epic, 'In progress');
        move(lively, 'New', 'Done');
      }),
    ];
  },

  'marks of which dates tell': (team) => {
    const bugs = [0, 1, 2].map(() => team.issueVia('In progress', 'Closed'));
    const stories = [0, 1, 2].map(() => team.storyVia('New', 'In progress', 'Done'));
    return [
      step('taken off, and new items come', () => {
        team.setMark('issue', 'Closed', false);
        team.setMark('userstory', 'Done', false);
        for (const _ of bugs) team.issueVia('In progress', 'Closed');
        for (const _ of stories) team.storyVia('New', 'In progress', 'Done');
      }),
      step('work goes on elsewhere', () => {
        team.issueVia('In progress', 'Rejected');
        team.storyVia('New', 'Archived');
      }),
    ];
  },

  'users that are removed': (team) => {
    const bug = team.issueVia('In progress');
    return [
      step('a user cancels the account', () => team.cancelUser()),
      step('an administrator removes one', () => team.removeUser()),
      step('others answer', () => {
        team.comment(bug);
        team.move(bug, 'Closed');
        team.addIssue();
      }),
      step('one more is removed', () => team.removeUser()),
    ];
  },
};
