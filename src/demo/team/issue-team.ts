import { statusNamed } from '../taiga/boards.js';
import { hasClosedStatus } from '../taiga/closing.js';
import { createIssue, editIssue, type IssuePatch } from '../taiga/issues.js';
import type { ChoiceRow, HistoryRow, IssueRow, ProjectRow, UserRow } from '../taiga/rows.js';
import type { Micros } from '../taiga/time.js';
import { actOf, type Deed, Forgotten, type Option, type Roster, type Team, type Workplace } from './team.js';
import { description, someTags, subject } from './texts.js';

type ChoiceTable = 'projects_issuetype' | 'projects_severity' | 'projects_priority';

/** What a team that works with issues can do. */
export abstract class IssueTeam implements Team {
  abstract readonly share: number;
  readonly project: ProjectRow;
  readonly roster: Roster;
  protected readonly place: Workplace;
  protected readonly neverTriaged = new Forgotten(3);
  protected readonly forgotten = new Forgotten(4);
  /** Issues that are left alone until the end and beyond. */
  protected readonly aside = new Set<number>();
  #lastComment: HistoryRow | undefined;

  constructor(place: Workplace, project: ProjectRow, roster: Roster) {
    this.place = place;
    this.project = project;
    this.roster = roster;
  }

  abstract due(at: Micros): Deed[];
  abstract options(at: Micros): Option[];

  protected edit(issue: IssueRow, patch: IssuePatch, by: UserRow = this.#workerOn(issue)): Deed {
    return (at) => {
      const row = editIssue(this.place.taiga, actOf(at, by), issue, patch);
      if (row !== undefined && row.comment !== '') this.#lastComment = row;
    };
  }

  #workerOn(issue: IssueRow): UserRow {
    const workers = this.roster.in('support', 'engineer');
    return workers.find((worker) => worker.id === issue.assigned_to_id) ?? this.place.random.pick(workers);
  }

  protected choice(table: ChoiceTable, weights: readonly number[]): number {
    const choices: ChoiceRow[] = this.place.taiga.store.where(
      table,
      (row) => row.project_id === this.project.id,
    );
    const weighted = choices.map((choice, index) => [choice.id, weights[index] ?? 0] as const);
    return this.place.random.weighted(weighted) ?? 0;
  }

  protected named(table: ChoiceTable, name: string): number {
    const rows: ChoiceRow[] = this.place.taiga.store.where(
      table,
      (row) => row.project_id === this.project.id && row.name === name,
    );
    return rows[0]?.id ?? 0;
  }

  protected statusId(name: string): number {
    return statusNamed(this.place.taiga, this.project, 'projects_issuestatus', name).id;
  }

  protected report(fields?: () => IssuePatch): Deed {
    return (at) => void this.create(at, fields?.());
  }

  protected create(at: Micros, fields: IssuePatch = {}): IssueRow {
    const { random, taiga } = this.place;
    const by = random.pick(this.roster.in('reporter', 'support'));
    return createIssue(taiga, actOf(at, by), this.project, {
      subject: subject(random, 'issue'),
      description: description(random),
      type_id: this.choice('projects_issuetype', [6, 3, 2]),
      tags: someTags(random),
      ...fields,
    });
  }

  protected isOpen(issue: IssueRow): boolean {
    return !hasClosedStatus(this.place.taiga.store, 'projects_issuestatus', issue.status_id);
  }

  protected openIssues(): IssueRow[] {
    return this.place.taiga.store.where(
      'issues_issue',
      (issue) => issue.project_id === this.project.id && this.isOpen(issue),
    );
  }

  protected openBugs(): IssueRow[] {
    const bug = this.named('projects_issuetype', 'Bug');
    return this.openIssues().filter((issue) => issue.type_id === bug);
  }

  protected isOnMind(issue: IssueRow): boolean {
    return !this.forgotten.has(issue) && !this.neverTriaged.has(issue) && !this.aside.has(issue.id);
  }

  /** Severe issues are never forgotten. */
  protected isSevere(issue: IssueRow): boolean {
    return ['Important', 'Critical'].some(
      (name) => issue.severity_id === this.named('projects_severity', name),
    );
  }

  protected move(issue: IssueRow, name: string, extra: IssuePatch = {}): Deed {
    return this.edit(issue, { status_id: this.statusId(name), ...extra });
  }

  /** The author corrects or deletes a comment. */
  protected correctComment(at: Micros): void {
    const row = this.#lastComment;
    if (row === undefined) return;
    this.#lastComment = undefined;
    const act = actOf(at, this.place.taiga.store.get('users_user', row.user.pk));
    if (this.place.random.chance(0.6))
      this.place.taiga.recorder.editComment(act, row, `${row.comment} (corrected)`);
    else this.place.taiga.recorder.deleteComment(act, row);
  }
}
