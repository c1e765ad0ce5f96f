import type { MilestoneRow, ProjectRow, StoryRow, TaskRow } from '../taiga/rows.js';
import { createTask, deleteTask, editTask, type TaskPatch } from '../taiga/tasks.js';
import { StoryTeam } from './story-team.js';
import {
  type Among,
  actOf,
  type Deed,
  lack,
  type Option,
  type Roster,
  statusIds,
  type Workplace,
} from './team.js';
import { remark, taskSubject } from './texts.js';

const developers = ['front', 'back', 'ux'] as const;

/** The view of its sprint that a team has when it looks for work. */
export interface SprintBoard {
  /** All stories of the project. */
  readonly stories: readonly StoryRow[];
  /** The stories in the sprint. */
  readonly current: readonly StoryRow[];
  /** The open stories in the sprint that are not blocked. */
  readonly unblocked: readonly StoryRow[];
  readonly from: Among;
  /** Whether the team would close this story now. */
  mayClose(story: StoryRow): boolean;
}

/** A team that works on the stories of a sprint through their tasks. */
export abstract class TaskboardTeam extends StoryTeam {
  readonly #taskStatus: (name: string) => number;
  /** Stories whose tasks are all done, but whose own status is never moved. */
  protected readonly statusForgotten = new Set<number>();

  constructor(place: Workplace, project: ProjectRow, roster: Roster) {
    super(place, project, roster, 'booking', 3);
    const rows = place.taiga.store.where('projects_taskstatus', (row) => row.project_id === project.id);
    this.#taskStatus = statusIds(rows, project);
  }

  /** Whether the story needs no further step. */
  protected isFinished(story: StoryRow): boolean {
    return ['Done', 'Archived', 'Rejected'].some((name) => story.status_id === this.status(name));
  }

  /** The requests that are still needed until the story is done. */
  protected stepsToDone(story: StoryRow): Deed[] {
    const by = this.workerOn(story, ...developers);
    const tasks = this.#tasksOf([story]).filter((task) => task.status_id !== this.#taskStatus('Closed'));
    const notBegun = [this.status('New'), this.status('Ready')].includes(story.status_id ?? 0);
    const move = (name: string): Deed => this.edit(story, by, { status_id: this.status(name) });
    const start = this.edit(story, by, { status_id: this.status('In progress'), assignees: [by.id] });
    return [
      ...(story.is_blocked ? [this.unblock(story)] : []),
      ...(notBegun ? [start] : []),
      ...tasks.flatMap((task) => [
        ...(task.status_id === this.#taskStatus('New') ? [this.#editTask(task, 'In progress')] : []),
        this.#editTask(task, 'Closed'),
      ]),
      ...(story.status_id === this.status('Ready for test') ? [] : [move('Ready for test')]),
      this.edit(story, this.owner, { status_id: this.status('Done') }),
    ];
  }

  protected newTask(place: { readonly story: StoryRow } | { readonly sprint: MilestoneRow }): Deed {
    const { taiga, random } = this.place;
    const fields = {
      subject: taskSubject(random),
      ...('sprint' in place && { due_date: place.sprint.estimated_finish }),
    };
    const by = this.somebody(...developers);
    return (at) => {
      if ('story' in place && taiga.store.find('userstories_userstory', place.story.id) === undefined) return;
      createTask(taiga, actOf(at, by), this.project, place, fields);
    };
  }

  #tasksOf(stories: readonly StoryRow[]): TaskRow[] {
    return stories.flatMap((story) => this.place.taiga.store.belongingTo('tasks_task', story.id));
  }

  #editTask(task: TaskRow, status: string, extra: TaskPatch = {}): Deed {
    const workers = this.roster.in(...developers);
    const by = workers.find((worker) => worker.id === task.assigned_to_id) ?? this.place.random.pick(workers);
    const patch = { status_id: this.#taskStatus(status), assigned_to_id: by.id, ...extra };
    return (at) => editTask(this.place.taiga, actOf(at, by), task, patch);
  }

  /** Whether this is the last open task of its story. */
  #isLast(task: TaskRow): boolean {
    const open = this.place.taiga.store
      .belongingTo('tasks_task', task.user_story_id ?? 0)
      .filter(({ status_id: id }) => id !== this.#taskStatus('Closed'));
    return open.length === 1;
  }

  protected taskOptions({ unblocked, from, mayClose }: SprintBoard): Option[] {
    const { random, taiga } = this.place;
    const loose = taiga.store.where(
      'tasks_task',
      (task) => task.project_id === this.project.id && task.user_story_id === null,
    );
    const heldBack = new Set(unblocked.filter((story) => !mayClose(story)).map((story) => story.id));
    const tasks = [...this.#tasksOf(unblocked), ...loose];
    const having = (name: string): TaskRow[] =>
      tasks.filter((task) => task.status_id === this.#taskStatus(name));
    const waiting = having('New');
    const active = having('In progress');
    const tested = [...having('Ready for test'), ...having('Needs Info')];
    const closable = (task: TaskRow): boolean =>
      task.user_story_id === null || !heldBack.has(task.user_story_id) || !this.#isLast(task);
    const next = (task: TaskRow): Deed => {
      const status =
        random.weighted([
          ['Closed', 5],
          ['Ready for test', 3],
          ['Needs Info', 0.6],
        ]) ?? 'Closed';
      return this.#editTask(task, status, random.chance(0.08) ? { comment: remark(random) } : {});
    };
    const ending = [active.filter(closable), tested.filter(closable)] as const;
    return [
      from(
        waiting,
        (task) => this.#editTask(task, 'In progress'),
        3.2 * lack(active.length, this.roster.in('front', 'back').length * 1.5),
      ),
      from(ending[0], next, 0.55 * ending[0].length),
      from(
        ending[1],
        (task) => this.#editTask(task, random.chance(0.85) ? 'Closed' : 'In progress'),
        0.5 * ending[1].length,
      ),
      from(waiting, (task) => (at) => deleteTask(taiga, actOf(at, this.owner), task), 0.03),
      from(active, (task) => this.#editTask(task, 'In progress', { is_iocaine: !task.is_iocaine }), 0.04),
    ];
  }

  protected boardOptions({ stories, current, unblocked, from, mayClose }: SprintBoard): Option[] {
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
      (story) => story.is_closed && !this.isFinished(story) && !this.statusForgotten.has(story.id),
    );
    const active = having('In progress').filter(taskless);
    const inTest = having('Ready for test').filter((story) => taskless(story) && mayClose(story));
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
        (story) => this.newTask({ story }),
        0.08,
      ),
      from(notBegun.filter(taskless), (story) => this.newTask({ story }), 0.3),
    ];
  }

  /** A done story gets one more task. */
  protected reopening({ current, from }: SprintBoard): Option {
    const done = current.filter((story) => story.is_closed && !this.isFinished(story));
    return from(done, (story) => this.newTask({ story }), 0.04);
  }
}
