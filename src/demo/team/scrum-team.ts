import { createSprint } from '../taiga/planning.js';
import type { MilestoneRow, ProjectRow, StoryRow, TaskRow } from '../taiga/rows.js';
import { dragToSprint, moveUnfinished, reorderBacklog } from '../taiga/stories.js';
import { createTask, deleteTask, editTask } from '../taiga/tasks.js';
import { addDays, dateOf, day, type Micros, startOf } from '../taiga/time.js';
import { SprintBugs } from './sprint-bugs.js';
import { StoryTeam } from './story-team.js';
import {
  type Among,
  actOf,
  among,
  type Deed,
  lack,
  type Option,
  type Roster,
  statusIds,
  type Workplace,
} from './team.js';
import { remark, taskSubject } from './texts.js';

const sprintDays = 14;
const storiesPerSprint = 9;
/** The sprint whose leftovers nobody moved on: it stays open for ever. */
const neglectedSprint = 11;

/** A Scrum team: backlog, sprints of two weeks, stories with tasks and points. */
export class ScrumTeam extends StoryTeam {
  readonly share = 0.45;
  readonly #firstDay: string;
  readonly #taskStatus: (name: string) => number;
  readonly #bugs: SprintBugs;
  #begunSprints = -1;
  /** Stories whose tasks say that they are done, and which nobody will tell so on the board. */
  readonly #untold = new Set<number>();

  constructor(place: Workplace, project: ProjectRow, roster: Roster, firstDay: string) {
    super(place, project, roster, 'booking', 3);
    const inProject = (row: { readonly project_id: number }): boolean => row.project_id === project.id;
    this.#firstDay = firstDay;
    this.#taskStatus = statusIds(place.taiga.store.where('projects_taskstatus', inProject), project);
    this.#bugs = new SprintBugs(place, project, roster);
  }

  /** The team sits down for the first time: epics, and a backlog to choose from. */
  kickOff(): Deed[] {
    return [
      ...Array.from({ length: 4 }, () => this.newEpic()),
      this.writeWiki(),
      ...Array.from({ length: 22 }, () => this.newStory()),
      ...Array.from({ length: 12 }, (): Deed => (at) => this.#refine(this.#fresh())?.(at)),
    ];
  }

  override due(at: Micros): Deed[] {
    const number = Math.floor((startOf(dateOf(at)) - startOf(this.#firstDay)) / (sprintDays * day));
    if (number <= this.#begunSprints) return [];
    this.#begunSprints = number;
    return this.#beginSprint(number);
  }

  override options(at: Micros): Option[] {
    const { random } = this.place;
    const stories = this.stories();
    const backlog = stories.filter((story) => story.milestone_id === null && !this.#isTold(story));
    const sprint = this.#sprintAt(at);
    const current = stories.filter((story) => story.milestone_id === sprint?.id && this.isOnMind(story));
    const from = among(random);
    const fresh = this.#fresh();
    const ready = backlog.filter((story) => story.status_id === this.status('Ready'));
    const open = current.filter((story) => !story.is_closed);
    const unblocked = open.filter((story) => !story.is_blocked);
    const blocked = stories.filter((story) => story.is_blocked && this.isOnMind(story));
    const oldDone = stories.filter(
      (story) =>
        story.status_id === this.status('Done') && story.is_closed && story.milestone_id !== sprint?.id,
    );
    return [
      [this.newStory(), 1.3 * lack(backlog.length, 34)],
      from(fresh, (story) => this.#refine([story]), 2.2 * lack(ready.length, 13)),
      from(this.unlinked(backlog), (story) => this.link(story), 0.8),
      from(ready, (story) => this.edit(story, this.owner, { points: this.estimate() }), 0.12),
      from(backlog, (story) => this.#reorder(story, backlog.length), 0.5),
      from([...ready, ...open], (story) => this.setDueDate(story, random.integer(5, 40)), 0.12),
      from(fresh, (story) => this.remove(story), 0.06),
      ...this.#taskOptions(unblocked, from),
      ...this.#boardOptions(stories, current, unblocked, from),
      from(open, (story) => this.commentOn(story), 0.6),
      from(unblocked, (story) => this.block(story), 0.4 * lack(blocked.length, 3)),
      from(blocked, (story) => this.unblock(story), 0.07 * (blocked.length - 1)),
      // Scope that comes and goes after the sprint's start.
      from(
        sprint === undefined ? [] : this.#plannable(),
        (story) => this.#dragTo(story, sprint ?? null),
        0.05 + 0.9 * lack(open.length, 4),
      ),
      from(open, (story) => this.#dragTo(story, null), 0.035 * Math.sign(open.length - 3)),
      from(
        oldDone,
        (story) => this.edit(story, this.owner, { status_id: this.status('Archived') }),
        0.02 * oldDone.length,
      ),
      [(moment) => this.reviewEpics()?.(moment), 0.12],
      [this.writeWiki(), 0.1],
      ...this.#bugs.options(sprint),
    ];
  }

  #sprintAt(at: Micros): MilestoneRow | undefined {
    const today = dateOf(at);
    return this.#sprints().find(
      (sprint) => sprint.estimated_start <= today && today <= sprint.estimated_finish,
    );
  }

  #sprints(): MilestoneRow[] {
    return this.place.taiga.store.where(
      'milestones_milestone',
      (sprint) => sprint.project_id === this.project.id,
    );
  }

  #fresh(): StoryRow[] {
    return this.stories().filter(
      (story) => story.status_id === this.status('New') && story.milestone_id === null,
    );
  }

  /** What may come into a sprint: refined, or begun in an earlier one and put back. */
  #plannable(): StoryRow[] {
    return this.stories().filter(
      (story) =>
        story.milestone_id === null &&
        story.status_id !== this.status('New') &&
        !story.is_closed &&
        this.isOnMind(story),
    );
  }

  #isTold(story: StoryRow): boolean {
    return story.status_id === this.status('Done') || story.status_id === this.status('Archived');
  }

  #tasksOf(stories: readonly StoryRow[]): TaskRow[] {
    return stories.flatMap((story) => this.place.taiga.store.belongingTo('tasks_task', story.id));
  }

  /** Refinement: most stories get points, some a date; a few are called ready without either. */
  #refine(fresh: readonly StoryRow[]): Deed | undefined {
    const { random } = this.place;
    if (fresh.length === 0) return undefined;
    return (at) =>
      this.edit(random.pick(fresh), this.owner, {
        status_id: this.status('Ready'),
        ...(random.chance(0.88) && { points: this.estimate() }),
        ...(random.chance(0.12) && { due_date: addDays(dateOf(at), random.integer(10, 60)) }),
      })(at);
  }

  #reorder(story: StoryRow, length: number): Deed {
    const position = this.place.random.integer(1, length);
    return (at) => reorderBacklog(this.place.taiga, actOf(at, this.owner), story, position);
  }

  #dragTo(story: StoryRow, sprint: MilestoneRow | null): Deed {
    const position = this.place.random.integer(1, 30);
    return (at) => dragToSprint(this.place.taiga, actOf(at, this.owner), story, sprint, position);
  }

  #newTask(place: { readonly story: StoryRow } | { readonly sprint: MilestoneRow }): Deed {
    const { taiga, random } = this.place;
    const fields = {
      subject: taskSubject(random),
      ...('sprint' in place && { due_date: place.sprint.estimated_finish }),
    };
    const by = this.somebody('front', 'back', 'ux');
    return (at) => {
      if ('story' in place && taiga.store.find('userstories_userstory', place.story.id) === undefined) return;
      createTask(taiga, actOf(at, by), this.project, place, fields);
    };
  }

  #beginSprint(number: number): Deed[] {
    const { random, taiga } = this.place;
    const start = addDays(this.#firstDay, number * sprintDays);
    const previous = this.#sprints().filter((sprint) => sprint.estimated_finish < start);
    const last = previous[previous.length - 1];
    const capacity = storiesPerSprint + random.integer(-2, 1);
    const deeds: Deed[] = [
      (at) => this.#ensureSprint(at, number),
      (at) => this.#ensureSprint(at, number + 1),
    ];
    if (last !== undefined && number !== neglectedSprint) {
      deeds.push((at) => moveUnfinished(taiga, actOf(at, this.owner), last, this.#ensureSprint(at, number)));
    }
    const leftovers = this.stories().filter(
      (story) => story.milestone_id === last?.id && !story.is_closed,
    ).length;
    const chosen = random.shuffled(this.#plannable()).slice(0, Math.max(3, capacity - leftovers));
    for (const story of chosen) {
      deeds.push((at) => this.#dragTo(story, this.#ensureSprint(at, number))(at));
      if (random.chance(0.06)) this.#untold.add(story.id);
      const tasks = random.chance(0.7) ? random.integer(1, 4) : 0;
      for (let count = 0; count < tasks; count++) deeds.push(this.#newTask({ story }));
    }
    deeds.push((at) => this.#newTask({ sprint: this.#ensureSprint(at, number) })(at));
    return deeds;
  }

  /** Returns the sprint, planning it if nobody has. */
  #ensureSprint(at: Micros, number: number): MilestoneRow {
    const start = addDays(this.#firstDay, number * sprintDays);
    const known = this.#sprints().find((sprint) => sprint.estimated_start === start);
    if (known !== undefined) return known;
    const days = { start, finish: addDays(start, sprintDays - 1) };
    return createSprint(this.place.taiga, actOf(at, this.owner), this.project, `Sprint ${number + 1}`, days);
  }

  #taskOptions(stories: readonly StoryRow[], from: Among): Option[] {
    const { random, taiga } = this.place;
    const loose = taiga.store.where(
      'tasks_task',
      (task) => task.project_id === this.project.id && task.user_story_id === null,
    );
    const tasks = [...this.#tasksOf(stories), ...loose];
    const having = (name: string): TaskRow[] =>
      tasks.filter((task) => task.status_id === this.#taskStatus(name));
    const waiting = having('New');
    const active = having('In progress');
    const tested = [...having('Ready for test'), ...having('Needs Info')];
    const edit = (task: TaskRow, status: string, extra: object = {}): Deed => {
      const workers = this.roster.in('front', 'back', 'ux');
      const by = workers.find((worker) => worker.id === task.assigned_to_id) ?? random.pick(workers);
      const patch = { status_id: this.#taskStatus(status), assigned_to_id: by.id, ...extra };
      return (at) => editTask(taiga, actOf(at, by), task, patch);
    };
    const next = (task: TaskRow): Deed => {
      const status =
        random.weighted([
          ['Closed', 5],
          ['Ready for test', 3],
          ['Needs Info', 0.6],
        ]) ?? 'Closed';
      return edit(task, status, random.chance(0.08) ? { comment: remark(random) } : {});
    };
    return [
      from(
        waiting,
        (task) => edit(task, 'In progress'),
        3.2 * lack(active.length, this.roster.in('front', 'back').length * 1.5),
      ),
      from(active, next, 0.55 * active.length),
      from(tested, (task) => edit(task, random.chance(0.85) ? 'Closed' : 'In progress'), 0.5 * tested.length),
      from(waiting, (task) => (at) => deleteTask(taiga, actOf(at, this.owner), task), 0.03),
      from(active, (task) => edit(task, 'In progress', { is_iocaine: !task.is_iocaine }), 0.04),
    ];
  }

  #boardOptions(
    stories: readonly StoryRow[],
    current: readonly StoryRow[],
    unblocked: readonly StoryRow[],
    from: Among,
  ): Option[] {
    const { random } = this.place;
    const tasks = this.#tasksOf(current);
    const hasTasks = (story: StoryRow): boolean => tasks.some((task) => task.user_story_id === story.id);
    const hasBegun = (story: StoryRow): boolean =>
      tasks.some((task) => task.user_story_id === story.id && task.status_id !== this.#taskStatus('New'));
    const having = (name: string): StoryRow[] =>
      current.filter((story) => story.status_id === this.status(name));
    const notBegun = [...having('New'), ...having('Ready')];
    const taskless = (story: StoryRow): boolean => !hasTasks(story) && !story.is_blocked;
    const tellable = stories.filter(
      (story) => story.is_closed && !this.#isTold(story) && !this.#untold.has(story.id),
    );
    const active = having('In progress').filter(taskless);
    const inTest = having('Ready for test').filter(taskless);
    const developers = ['front', 'back', 'ux'] as const;
    const start = (story: StoryRow): Deed => {
      const by = this.workerOn(story, ...developers);
      const helper = this.somebody(...developers);
      const assignees = random.chance(0.2) && helper.id !== by.id ? [by.id, helper.id] : [by.id];
      return this.edit(story, by, { status_id: this.status('In progress'), assignees });
    };
    const move = (story: StoryRow, name: string, ...roles: readonly string[]): Deed =>
      this.edit(story, this.workerOn(story, ...roles), { status_id: this.status(name) });
    const tell = (story: StoryRow): Deed =>
      story.status_id === this.status('Ready for test') || random.chance(0.4)
        ? move(story, 'Done', 'owner')
        : move(story, 'Ready for test', ...developers);
    return [
      from(
        notBegun.filter((story) => hasBegun(story) && !story.is_closed),
        start,
        2,
      ),
      from(notBegun.filter(taskless), start, 1.4 * lack(active.length, 4)),
      from(active, (story) => move(story, 'Ready for test', ...developers), 0.4 * active.length),
      from(
        inTest,
        (story) => move(story, random.chance(0.8) ? 'Done' : 'In progress', 'owner', 'qa'),
        0.4 * inTest.length,
      ),
      from(tellable, tell, 0.5 * (tellable.length - 1)),
      from(
        unblocked.filter((story) => hasTasks(story)),
        (story) => this.#newTask({ story }),
        0.08,
      ),
      from(notBegun.filter(taskless), (story) => this.#newTask({ story }), 0.3),
      from(tellable, (story) => this.#newTask({ story }), 0.04),
    ];
  }
}
