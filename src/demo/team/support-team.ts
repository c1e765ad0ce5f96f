import { deleteIssue } from '../taiga/issues.js';
import type { IssueRow } from '../taiga/rows.js';
import { addDays, dateOf, type Micros } from '../taiga/time.js';
import { IssueTeam } from './issue-team.js';
import { actOf, among, type Deed, lack, type Option } from './team.js';
import { obstacle, question, releaseBug, remark } from './texts.js';

/** A support desk: issues come in, are triaged, discussed, solved or rejected, and sometimes reopened. */
export class SupportTeam extends IssueTeam {
  override readonly share = 0.24;
  /** The number of open bugs just before the release. */
  #usualBugs: number | undefined;
  #mostBugs = 0;

  kickOff(): Deed[] {
    return Array.from({ length: 8 }, () => this.report());
  }

  /** After a release, bugs go before everything else, until there are no more than before. */
  override due(at: Micros): Deed[] {
    const { random, storyline } = this.place;
    const { bugBurst, recovery } = storyline;
    if (!bugBurst.has(at) && !recovery.has(at)) return [];
    const bugs = this.openBugs();
    this.#usualBugs ??= bugs.length;
    this.#mostBugs = Math.max(this.#mostBugs, bugs.length);
    const wanted = this.#mostBugs + recovery.partOver(at) * (0.8 * this.#usualBugs - this.#mostBugs);
    if (!recovery.has(at) || bugs.length <= wanted || random.chance(0.6)) return [];
    const [bug] = bugs.filter((issue) => this.isOnMind(issue) && !issue.is_blocked);
    return bug === undefined ? [] : [this.#nextStep(bug)];
  }

  /** A bug in the release; its severity is known at once. */
  reportReleaseBug(): Deed {
    const { random } = this.place;
    return this.report(() => ({
      subject: releaseBug(random),
      type_id: this.named('projects_issuetype', 'Bug'),
      severity_id: this.choice('projects_severity', [0, 0, 3, 4, 4]),
    }));
  }

  /** A critical bug comes in, and nobody notices it. */
  reportUnseen(): Deed {
    return (at) => {
      const issue = this.create(at, {
        subject: 'Card payments fail for some foreign banks',
        type_id: this.named('projects_issuetype', 'Bug'),
        severity_id: this.named('projects_severity', 'Critical'),
      });
      this.aside.add(issue.id);
    };
  }

  /** Somebody promises a due date for an issue, and then it is forgotten. */
  overlook(dueDate: string): Deed[] {
    const [issue] = this.openIssues().filter((row) => row.assigned_to_id !== null && this.isOnMind(row));
    if (issue === undefined) return [];
    this.aside.add(issue.id);
    return [this.edit(issue, { due_date: dueDate, comment: 'We will have it by then.' })];
  }

  /** Closes issues after a release: old questions and wishes first, then harmless bugs. */
  clearUp(count: number): Deed[] {
    const bug = this.named('projects_issuetype', 'Bug');
    return this.openIssues()
      .filter((issue) => this.isOnMind(issue) && !this.isSevere(issue))
      .sort((a, b) => Number(a.type_id === bug) - Number(b.type_id === bug))
      .slice(0, count)
      .map((issue) => this.move(issue, 'Rejected', { comment: 'Release 4 makes this superfluous.' }));
  }

  override options(): Option[] {
    const { taiga, random } = this.place;
    const issues = taiga.store.where('issues_issue', (issue) => issue.project_id === this.project.id);
    const open = issues.filter((issue) => this.isOpen(issue));
    this.forgotten.keepOnly((id) => open.some((issue) => issue.id === id));
    this.neverTriaged.keepOnly((id) => open.some((issue) => issue.id === id));
    const onMind = open.filter((issue) => this.isOnMind(issue));
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
      [this.report(), 1.5 * lack(open.length, 30)],
      from(untriaged, (issue) => this.#triage(issue), 0.5 * untriaged.length),
      from(triaged, (issue) => this.move(issue, 'In progress'), 1.6 * lack(active.length, 8)),
      from(active, (issue) => this.#goOn(issue), 0.32 * active.length),
      from(
        asked,
        (issue) => this.move(issue, 'In progress', { comment: remark(random) }),
        0.22 * asked.length,
      ),
      from(vendor, (issue) => this.move(issue, 'In progress'), 0.14 * vendor.length),
      from(testing, (issue) => this.#verify(issue), 0.4 * testing.length),
      from(having('Postponed'), (issue) => this.move(issue, 'In progress'), 0.05),
      from(
        closed,
        (issue) => this.move(issue, 'In progress', { comment: 'It happens again, reopening.' }),
        0.11,
      ),
      from([...active, ...asked, ...triaged], (issue) => this.#comment(issue), 0.45),
      from(triaged, (issue) => this.#reprioritise(issue), 0.12),
      from(
        active,
        (issue) => this.edit(issue, { is_blocked: true, blocked_note: obstacle(random) }),
        0.5 * lack(blocked.length, 3),
      ),
      from(
        blocked,
        (issue) => this.edit(issue, { is_blocked: false, blocked_note: '' }),
        0.08 * (blocked.length - 1),
      ),
      from(untriaged, (issue) => this.#remove(issue), 0.03),
      [(at) => this.correctComment(at), 0.15],
    ];
  }

  /** The usual next step for an issue. */
  #nextStep(issue: IssueRow): Deed {
    const status = this.place.taiga.store.get('projects_issuestatus', issue.status_id).name;
    if (status === 'New')
      return issue.assigned_to_id === null ? this.#triage(issue) : this.move(issue, 'In progress');
    if (status === 'In progress') return this.move(issue, 'Ready for test');
    if (status === 'Ready for test') return this.#verify(issue);
    return this.move(issue, 'In progress');
  }

  #triage(issue: IssueRow): Deed {
    const { random } = this.place;
    if (!this.isSevere(issue) && random.chance(0.06)) {
      this.neverTriaged.add(issue);
      return () => {};
    }
    if (random.chance(0.1))
      return this.edit(issue, { status_id: this.statusId('Rejected'), comment: remark(random) });
    const severity =
      issue.severity_id === this.project.default_severity_id
        ? this.choice('projects_severity', [1, 4, 8, 4, 1])
        : issue.severity_id;
    const assignee = random.pick(this.roster.in('support', 'engineer'));
    return (at: Micros) =>
      this.edit(
        issue,
        {
          ...(severity !== null && { severity_id: severity }),
          priority_id: this.choice('projects_priority', [2, 6, 3]),
          assigned_to_id: assignee.id,
          ...(random.chance(0.45) && { due_date: addDays(dateOf(at), random.integer(3, 21)) }),
        },
        random.pick(this.roster.in('lead')),
      )(at);
  }

  #goOn(issue: IssueRow): Deed {
    const { random, taiga } = this.place;
    if (!this.isSevere(issue) && random.chance(issue.due_date === null ? 0.015 : 0.06)) {
      this.forgotten.add(issue);
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
    if (next === 'Needs Info') return this.move(issue, next, { comment: question(random) });
    return this.move(issue, next ?? 'Closed');
  }

  #verify(issue: IssueRow): Deed {
    const { random } = this.place;
    const passed = random.chance(0.86);
    const extra = random.chance(0.3) ? { comment: remark(random) } : {};
    const patch = { status_id: this.statusId(passed ? 'Closed' : 'In progress'), ...extra };
    return this.edit(issue, patch, random.pick(this.roster.in('lead', 'qa')));
  }

  #comment(issue: IssueRow): Deed {
    const { random } = this.place;
    return this.edit(issue, { comment: remark(random) }, random.pick(this.roster.everybody()));
  }

  #reprioritise(issue: IssueRow): Deed {
    const priority = this.choice('projects_priority', [2, 3, 4]);
    return (at) => {
      if (priority !== issue.priority_id) {
        this.edit(issue, { priority_id: priority }, this.place.random.pick(this.roster.in('lead')))(at);
      }
    };
  }

  #remove(issue: IssueRow): Deed {
    return (at) =>
      deleteIssue(this.place.taiga, actOf(at, this.place.random.pick(this.roster.in('lead'))), issue);
  }
}
