import { deleteIssue } from '../../../src/demo/taiga/issues.js';
import type { Team } from '../../support/team.js';
import { type Elsewhere, importProject } from './imports.js';
import { type Scenarios, step } from './scenario.js';

/** Projects that come, go and change their names, and items that change their project. */
export const PROJECT_SCENARIOS: Scenarios = {
  'items that move between projects': (team) => {
    const [open, closed, back] = [
      team.issueVia('In progress'),
      team.issueVia('In progress', 'Closed'),
      team.issueVia('Ready for test'),
    ];
    return [
      step('away', () => {
        for (const bug of [open, closed, back]) team.moveIssueAway(bug);
      }),
      step('go on there', () => {
        team.move(open, 'In progress');
        team.move(closed, 'Closed');
      }),
      step('one comes back', () => team.moveIssueAway(back, team.project)),
      step('and closes here', () => {
        team.move(back, 'Closed');
        team.move(open, 'Closed');
        deleteIssue(team.taiga, team.act(), closed);
      }),
    ];
  },

  'slugs that change': (team) => {
    const [bug, away] = [team.issueVia('In progress'), team.issueVia('Closed')];
    team.moveIssueAway(away);
    return [
      step('one changes', () => team.renameProject(team.project, 'store'), { loses: true }),
      step('work goes on', () => team.move(bug, 'Closed')),
      step(
        'two change their names with each other',
        () => {
          team.renameProject(team.project, 'x');
          team.renameProject(team.other, 'store');
          team.renameProject(team.project, 'other');
        },
        { loses: true },
      ),
      step('work goes on', () => {
        team.move(bug, 'In progress');
        team.move(away, 'In progress');
      }),
    ];
  },

  'projects that are deleted': (team) => {
    const [bug, away, moved] = [team.issueVia('Closed'), team.issueVia('Closed'), team.issueVia()];
    team.moveIssueAway(away);
    return [
      step('it begins', () => team.beginDeletion(team.other), { loses: true }),
      step('an item moves there meanwhile', () => {
        team.moveIssueAway(moved);
        team.move(bug, 'In progress');
      }),
      step('it ends', () => team.endDeletion(team.other)),
      step('work goes on', () => team.move(bug, 'Closed')),
    ];
  },

  'a project that comes with its past': (team) => {
    let project: ReturnType<typeof importProject>;
    return [
      step('from another Taiga', () => {
        project = importProject(team);
      }),
      step('work goes on', () => {
        for (const issue of project.issues) team.move(issue, 'In progress');
        team.move(project.story, 'In progress');
        team.addIssue();
      }),
      step('and is done', () => {
        for (const issue of project.issues) team.move(issue, 'Closed');
        team.move(project.story, 'Done');
      }),
      step('its slug changes', () => team.renameProject(project.project, 'ours'), { loses: true }),
    ];
  },

  'columns of a project that came from elsewhere': (team) => {
    const { project, issues, story } = importProject(team);
    const [issue, other] = issues;
    if (!issue || !other) throw new Error('no issues');
    return [
      step('renamed', () => {
        team.rename('issue', 'In progress', 'Doing', project);
        team.rename('issue', 'Closed', 'Shipped', project);
        team.rename('userstory', 'Done', 'Won', project);
      }),
      step('used', () => {
        team.move(issue, 'Doing');
        team.move(story, 'In progress');
      }),
      step('used again', () => {
        team.move(issue, 'Shipped');
        team.move(story, 'Won');
        team.comment(other);
      }),
      step(
        'deleted',
        () => {
          team.deleteColumn('issue', 'Shipped', 'Rejected', project);
          team.deleteColumn('userstory', 'Won', 'Archived', project);
        },
        { recordsTell: false },
      ),
      step('items go on', () => {
        for (const each of issues) team.move(each, 'Doing');
        team.move(story, 'In progress');
      }),
      step('one with the old name comes', () => team.rename('issue', 'Doing', 'In progress', project)),
      step('items go on', () => team.move(issue, 'Ready for test')),
    ];
  },

  'two projects that come with the same past': (team) => {
    const imports = [importProject(team, 'one')];
    return [
      step('again, and under ids that are taken here', () => {
        imports.push(importProject(team, 'two'), importProject(team, 'three', idsOf(team)));
      }),
      step('their items go on', () => {
        for (const { issues, story } of imports) {
          for (const issue of issues) team.move(issue, 'In progress');
          team.move(story, 'In progress');
        }
      }),
      step('one goes', () => imports[0] && team.beginDeletion(imports[0].project), { loses: true }),
    ];
  },
};

/** Another project's, under other names. */
function idsOf(team: Team): Elsewhere {
  const id = (name: string): number => team.column('issue', name).id;
  return {
    New: id('Closed'),
    'In progress': id('New'),
    Closed: id('Ready for test'),
    Done: id('Rejected'),
  };
}
