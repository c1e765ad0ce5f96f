import { statusNamed } from '../taiga/boards.js';
import { hasClosedStatus } from '../taiga/closing.js';
import { createIssue, editIssue, promoteToStory } from '../taiga/issues.js';
import type { HistoryRow, IssueRow, MilestoneRow, ProjectRow } from '../taiga/rows.js';
import { actOf, among, type Deed, lack, type Option, type Roster, type Workplace } from './team.js';
import { releaseBug, remark, subject } from './texts.js';

/** The few issues of a team that mainly works with stories: bugs in the sprint, and wishes that become stories. */
export class SprintBugs {
  readonly #place: Workplace;
  readonly #project: ProjectRow;
  readonly #roster: Roster;
  readonly #comments = new Map<number, HistoryRow[]>();

  constructor(place: Workplace, project: ProjectRow, roster: Roster) {
    this.#place = place;
    this.#project = project;
    this.#roster = roster;
  }

  options(sprint: MilestoneRow | undefined): Option[] {
    const { random, taiga } = this.#place;
    const open = taiga.store.where(
      'issues_issue',
      (issue) =>
        issue.project_id === this.#project.id &&
        !hasClosedStatus(taiga.store, 'projects_issuestatus', issue.status_id),
    );
    const from = among(random);
    return [
      [(at) => this.#report(at), 0.35 * lack(open.length, 9)],
      from(open, (issue) => this.#goOn(issue), 0.07 * open.length),
      from(open, (issue) => this.#plan(issue, sprint), 0.07),
      from(open, (issue) => this.#comment(issue), 0.08),
      from(open, (issue) => this.#promote(issue), 0.035),
    ];
  }

  /** A member of the team finds a bug in the release. */
  reportReleaseBug(): Deed {
    return (at) => this.#report(at, releaseBug(this.#place.random));
  }

  #report(at: number, about = subject(this.#place.random, 'issue')): void {
    const { random, taiga } = this.#place;
    const by = random.pick(this.#roster.everybody());
    createIssue(taiga, actOf(at, by), this.#project, { subject: about });
  }

  #goOn(issue: IssueRow): Deed {
    const { random, taiga } = this.#place;
    const name = taiga.store.get('projects_issuestatus', issue.status_id).name;
    const next: Record<string, string> = { New: 'In progress', 'In progress': 'Ready for test' };
    const status = statusNamed(taiga, this.#project, 'projects_issuestatus', next[name] ?? 'Closed');
    const by = random.pick(this.#roster.in('front', 'back', 'qa'));
    return (at) =>
      void editIssue(taiga, actOf(at, by), issue, {
        status_id: status.id,
        assigned_to_id: issue.assigned_to_id ?? by.id,
      });
  }

  #plan(issue: IssueRow, sprint: MilestoneRow | undefined): Deed {
    const [by] = this.#roster.in('owner');
    return (at) => {
      if (by === undefined || sprint === undefined || issue.milestone_id === sprint.id) return;
      editIssue(this.#place.taiga, actOf(at, by), issue, { milestone_id: sprint.id });
    };
  }

  #comment(issue: IssueRow): Deed {
    const { random, taiga } = this.#place;
    return (at) => {
      const row = editIssue(taiga, actOf(at, random.pick(this.#roster.everybody())), issue, {
        comment: remark(random),
      });
      if (row !== undefined) this.#comments.set(issue.id, [...(this.#comments.get(issue.id) ?? []), row]);
    };
  }

  /** Makes a story of the issue, which somebody closes later. */
  #promote(issue: IssueRow): Deed {
    const { taiga } = this.#place;
    const [by] = this.#roster.in('owner');
    const known = taiga.store.belongingTo('userstories_userstory', issue.id);
    return (at) => {
      if (by === undefined || known.length > 0) return;
      promoteToStory(taiga, actOf(at, by), issue, this.#project, this.#comments.get(issue.id) ?? []);
    };
  }
}
