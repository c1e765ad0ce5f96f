import type { StatusRow } from '../../../src/demo/taiga/rows.js';
import type { Board, Team } from '../../support/team.js';
import { importProject } from './imports.js';
import { type Step, step } from './scenario.js';

const UNTOLD = { recordsTell: false };

/** Anything that people do, and some act of administration or a write at an odd time, in any order. */
export function stepsAtRandom(team: Team, rounds: number): Step[] {
  return Array.from({ length: rounds }, () => roundAtRandom(team)).flat();
}

function roundAtRandom(team: Team): Step[] {
  const { random } = team;
  const work = (): void => {
    for (let i = random.integer(0, 6); i > 0; i--) team.anything();
  };
  const rounds: readonly (readonly [() => Step[], number])[] = [
    [() => [step('work', work)], 2],
    [() => [step('a board is put in order', () => inAnyOrder(team, work, () => tidy(team)))], 3],
    [() => [step('a mark is switched', () => inAnyOrder(team, work, () => switchMark(team)), UNTOLD)], 2],
    [() => [step('a column goes', () => inAnyOrder(team, work, () => deleteColumn(team)), UNTOLD)], 1],
    [() => [step('sprints are planned anew', () => inAnyOrder(team, work, () => plan(team)))], 1],
    [() => [step('somebody leaves', () => inAnyOrder(team, work, () => leave(team)))], 1],
    [() => [step('an issue changes its project', () => inAnyOrder(team, work, () => moveIssue(team)))], 2],
    [() => [step('a project comes', () => inAnyOrder(team, work, () => bring(team)))], 1],
    [() => [step('a slug changes', () => inAnyOrder(team, work, () => rename(team)), { loses: true })], 1],
    [() => lateCommit(team, work), 1],
    [() => lateHistory(team, work), 1],
  ];
  return random.weighted(rounds)?.() ?? [];
}

function inAnyOrder(team: Team, ...deeds: readonly (() => void)[]): void {
  for (const deed of team.random.chance(0.5) ? deeds : [...deeds].reverse()) deed();
}

/** Postponed is where the world's own deletions go. */
function anyColumn(team: Team): { readonly board: Exclude<Board, 'epic'>; readonly name: string } {
  const board = team.random.pick(['userstory', 'task', 'issue'] as const);
  const rows: StatusRow[] = team.taiga.store.where(
    `projects_${board}status`,
    (row: StatusRow) => row.project_id === team.project.id && row.name !== 'Postponed',
  );
  return { board, name: nameOf(team.random.pick(rows)) };
}

const nameOf = ({ name }: StatusRow): string => name.replace(/ \d+$/, '');

function tidy(team: Team): void {
  const { board, name } = anyColumn(team);
  if (team.random.chance(0.5)) team.rename(board, name, `${name} ${team.random.integer(1, 99)}`);
  else team.dragColumn(board, name, team.random.integer(-9, 9));
}

function switchMark(team: Team): void {
  const { board, name } = anyColumn(team);
  team.setMark(board, name, !team.column(board, name).is_closed);
}

function deleteColumn(team: Team): void {
  const [gone, to] = [anyColumn(team), anyColumn(team)];
  if (gone.board === to.board && gone.name !== to.name) team.deleteColumn(gone.board, gone.name, to.name);
}

function plan(team: Team): void {
  const sprint = team.random.pick(team.sprints);
  const day = (days: number): string => team.ago(-days).slice(0, 10);
  if (team.sprints.length > 1 && team.random.chance(0.3)) team.deleteSprint(sprint);
  else
    team.redate(sprint, { start: day(team.random.integer(-10, 0)), finish: day(team.random.integer(1, 20)) });
}

function leave(team: Team): void {
  if (team.users.length > 1 && team.random.chance(0.5)) team.removeUser();
  else team.cancelUser();
}

function moveIssue(team: Team): void {
  const issues = team.taiga.store.where('issues_issue', () => true);
  if (issues.length === 0) return;
  const issue = team.random.pick(issues);
  team.moveIssueAway(issue, issue.project_id === team.project.id ? team.other : team.project);
}

function bring(team: Team): void {
  importProject(team, `imported-${team.random.integer(1, 1e6)}`);
}

function rename(team: Team): void {
  team.renameProject(team.project, `shop-${team.random.integer(1, 1e6)}`);
}

/** Nobody touches meanwhile what is not committed. */
function lateCommit(team: Team, work: () => void): Step[] {
  return [
    step('a slow request', async () => {
      work();
      await team.write();
      for (let i = team.random.integer(1, 3); i > 0; i--) team.anything();
      await team.beginCommit();
    }),
    step('is over', () => team.endCommit()),
  ];
}

function lateHistory(team: Team, work: () => void): Step[] {
  return [
    step('items without their history', async () => {
      work();
      await team.writeItemsOnly();
    }),
    step('which comes', () => team.tellHistory()),
  ];
}
