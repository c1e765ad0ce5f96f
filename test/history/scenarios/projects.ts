import { deleteIssue } from '../../../src/demo/taiga/issues.js';
import { importProject } from './imports.js';
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
};
