import { statusNamed } from '../taiga/boards.js';
import { hasClosedStatus } from '../taiga/closing.js';
import { createIssue, deleteIssue, editIssue, type IssuePatch } from '../taiga/issues.js';
import type { ChoiceRow, HistoryRow, IssueRow, ProjectRow, UserRow } from '../taiga/rows.js';
import { addDays, dateOf, type Micros } from '../taiga/time.js';
import {
  actOf,
  among,
  type Deed,
  Forgotten,
  lack,
  type Option,
  type Roster,
  type Team,
  type Workplace,
} from './team.js';
import { description, obstacle, question, remark, someTags, subject } from './texts.js';

/** A support desk: issues come in, are triaged, asked about, solved, rejected, and sometimes come back. */
export class SupportTeam implements Team {
  readonly share = 0.24;
  readonly project: ProjectRow;
  readonly roster: Roster;
  readonly #place: Workplace;
  readonly #neverTriaged = new Forgotten(3);
  readonly #forgotten = new Forgotten(4);
  #lastComment: HistoryRow | undefined;

  constructor(place: Workplace, project: ProjectRow, roster: Roster) {
    this.#place = place;
    this.project = project;
    this.roster = roster;
  }

  kickOff(): Deed[] {
    return Array.from({ length: 8 }, () => this.#report());
  }

  due(): Deed[] {
    return [];
  }

  options(): Option[] {
    const { taiga, random } = this.#place;
    const issues = taiga.store.where('issues_issue', (issue) => issue.project_id === this.project.id);
    const open = issues.filter(
      (issue) => !hasClosedStatus(taiga.store, 'projects_issuestatus', issue.status_id),
    );
    this.#forgotten.keepOnly((id) => open.some((issue) => issue.id === id));
    this.#neverTriaged.keepOnly((id) => open.some((issue) => issue.id === id));
    const onMind = open.filter((issue) => !this.#forgotten.has(issue) && !this.#neverTriaged.has(issue));
    const having = (name: string): IssueRow[] => {
      const [status] = taiga.store.where(
        'projects_issuestatus',
        (row) => row.project_id === this.project.id && row.name === name,
      );
      return onMind.filter((issue) => issue.status_id === status?.id && !issue.is_blocked);
    };
    const from = among(random);
    const fresh = having('New');
    const untriaged = fresh.filter((issue) => issue.assigned_to_id === null);
    const triaged = fresh.filter((issue) => issue.assigned_to_id !== null);
    const active = having('In progress');
    const asked = having('Needs Info');
    const vendor = having('Waiting for vendor');
    const testing = having('Ready for test');
    const blocked = onMind.filter((issue) => issue.is_blocked);
    const closed = issues.filter((issue) => !open.includes(issue)).slice(-25);
    return [
      [this.#report(), 1.5 * lack(open.length, 30)],
      from(untriaged, (issue) => this.#triage(issue), 0.5 * untriaged.length),
      from(triaged, (issue) => this.#move(issue, 'In progress'), 1.6 * lack(active.length, 8)),
      from(active, (issue) => this.#goOn(issue), 0.32 * active.length),
      from(
        asked,
        (issue) => this.#move(issue, 'In progress', { comment: remark(random) }),
        0.22 * asked.length,
      ),
      from(vendor, (issue) => this.#move(issue, 'In progress'), 0.14 * vendor.length),
      from(testing, (issue) => this.#verify(issue), 0.4 * testing.length),
      from(having('Postponed'), (issue) => this.#move(issue, 'In progress'), 0.05),
      from(
        closed,
        (issue) => this.#move(issue, 'In progress', { comment: 'It happens again, reopening.' }),
        0.11,
      ),
      from([...active, ...asked, ...triaged], (issue) => this.#comment(issue), 0.45),
      from(triaged, (issue) => this.#reprioritise(issue), 0.12),
      from(
        active,
        (issue) => this.#edit(issue, { is_blocked: true, blocked_note: obstacle(random) }),
        0.5 * lack(blocked.length, 3),
      ),
      from(
        blocked,
        (issue) => this.#edit(issue, { is_blocked: false, blocked_note: '' }),
        0.08 * (blocked.length - 1),
      ),
      from(untriaged, (issue) => this.#remove(issue), 0.03),
      [(at) => this.#correctComment(at), 0.15],
    ];
  }

  #edit(issue: IssueRow, patch: IssuePatch, by: UserRow = this.#workerOn(issue)): Deed {
    return (at) => {
      const row = editIssue(this.#place.taiga, actOf(at, by), issue, patch);
      if (row !== undefined && row.comment !== '') this.#lastComment = row;
    };
  }

  #workerOn(issue: IssueRow): UserRow {
    const workers = this.roster.in('support', 'engineer');
    return workers.find((worker) => worker.id === issue.assigned_to_id) ?? this.#place.random.pick(workers);
  }

  #choice(
    table: 'projects_issuetype' | 'projects_severity' | 'projects_priority',
    weights: readonly number[],
  ): number {
    const choices: ChoiceRow[] = this.#place.taiga.store.where(
      table,
      (row) => row.project_id === this.project.id,
    );
    const weighted = choices.map((choice, index) => [choice.id, weights[index] ?? 0] as const);
    return this.#place.random.weighted(weighted) ?? 0;
  }

  #statusId(name: string): number {
    return statusNamed(this.#place.taiga, this.project, 'projects_issuestatus', name).id;
  }

  #report(): Deed {
    const { random, taiga } = this.#place;
    return (at) => {
      const by = random.pick(this.roster.in('reporter', 'support'));
      createIssue(taiga, actOf(at, by), this.project, {
        subject: subject(random, 'issue'),
        description: description(random),
        type_id: this.#choice('projects_issuetype', [6, 3, 2]),
        tags: someTags(random),
      });
    };
  }

  #triage(issue: IssueRow): Deed {
    const { random } = this.#place;
    if (random.chance(0.06)) {
      this.#neverTriaged.add(issue);
      return () => {};
    }
    if (random.chance(0.1))
      return this.#edit(issue, { status_id: this.#statusId('Rejected'), comment: remark(random) });
    const severity = this.#choice('projects_severity', [1, 4, 8, 4, 1]);
    const assignee = random.pick(this.roster.in('support', 'engineer'));
    return (at: Micros) =>
      this.#edit(
        issue,
        {
          severity_id: severity,
          priority_id: this.#choice('projects_priority', [2, 6, 3]),
          assigned_to_id: assignee.id,
          ...(random.chance(0.45) && { due_date: addDays(dateOf(at), random.integer(3, 21)) }),
        },
        random.pick(this.roster.in('lead')),
      )(at);
  }

  #move(issue: IssueRow, name: string, extra: IssuePatch = {}): Deed {
    return this.#edit(issue, { status_id: this.#statusId(name), ...extra });
  }

  #goOn(issue: IssueRow): Deed {
    const { random, taiga } = this.#place;
    if (random.chance(issue.due_date === null ? 0.015 : 0.06)) {
      this.#forgotten.add(issue);
      return () => {};
    }
    const hasVendor =
      taiga.store.where('projects_issuestatus', (row) => row.name === 'Waiting for vendor').length > 0;
    const next = random.weighted([
      ['Ready for test', 6],
      ['Needs Info', 2.4],
      ['Waiting for vendor', hasVendor ? 1.2 : 0],
      ['Closed', 1.6],
      ['Postponed', 0.15],
      ['Rejected', 0.4],
    ] as const);
    if (next === 'Needs Info') return this.#move(issue, next, { comment: question(random) });
    return this.#move(issue, next ?? 'Closed');
  }

  #verify(issue: IssueRow): Deed {
    const { random } = this.#place;
    const passed = random.chance(0.86);
    const extra = random.chance(0.3) ? { comment: remark(random) } : {};
    const patch = { status_id: this.#statusId(passed ? 'Closed' : 'In progress'), ...extra };
    return this.#edit(issue, patch, random.pick(this.roster.in('lead', 'qa')));
  }

  #comment(issue: IssueRow): Deed {
    const { random } = this.#place;
    return this.#edit(issue, { comment: remark(random) }, random.pick(this.roster.everybody()));
  }

  #reprioritise(issue: IssueRow): Deed {
    const priority = this.#choice('projects_priority', [2, 3, 4]);
    return (at) => {
      if (priority !== issue.priority_id) {
        this.#edit(issue, { priority_id: priority }, this.#place.random.pick(this.roster.in('lead')))(at);
      }
    };
  }

  #remove(issue: IssueRow): Deed {
    return (at) =>
      deleteIssue(this.#place.taiga, actOf(at, this.#place.random.pick(this.roster.in('lead'))), issue);
  }

  /** A comment is corrected or taken back, by its author. */
  #correctComment(at: Micros): void {
    const row = this.#lastComment;
    if (row === undefined) return;
    this.#lastComment = undefined;
    const act = actOf(at, this.#place.taiga.store.get('users_user', row.user.pk));
    if (this.#place.random.chance(0.6))
      this.#place.taiga.recorder.editComment(act, row, `${row.comment} (corrected)`);
    else this.#place.taiga.recorder.deleteComment(act, row);
  }
}
