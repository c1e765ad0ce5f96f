import { statusNamed } from '../taiga/boards.js';
import type { ProjectRow, StoryRow, SwimlaneRow, TaskRow } from '../taiga/rows.js';
import { dragOnKanban } from '../taiga/stories.js';
import { createTask, editTask } from '../taiga/tasks.js';
import { addDays, dateOf } from '../taiga/time.js';
import { StoryTeam } from './story-team.js';
import { actOf, among, type Deed, lack, type Option, type Roster, type Workplace } from './team.js';
import { remark, taskSubject } from './texts.js';

/** A Kanban team: swimlanes, limits, a review and a test column, and one for what failed in it. */
export class KanbanTeam extends StoryTeam {
  readonly share = 0.29;
  readonly #closedTaskStatus: number;
  readonly #lanes: readonly (readonly [lane: SwimlaneRow, weight: number])[];

  constructor(place: Workplace, project: ProjectRow, roster: Roster, lanes: readonly SwimlaneRow[]) {
    super(place, project, roster, 'platform', 4);
    this.#closedTaskStatus = statusNamed(place.taiga, project, 'projects_taskstatus', 'Closed').id;
    const weights = [1, 0.12, 0.3] as const;
    this.#lanes = lanes.map((lane, index) => [lane, weights[index] ?? 0.1]);
  }

  kickOff(): Deed[] {
    return [
      ...Array.from({ length: 3 }, () => this.newEpic()),
      this.writeWiki(),
      ...Array.from({ length: 14 }, () => this.#newCard()),
    ];
  }

  override due(): Deed[] {
    return [];
  }

  override options(): Option[] {
    const { random } = this.place;
    const stories = this.stories().filter((story) => story.status_id !== this.status('Archived'));
    this.forgotten.keepOnly((id) => stories.some((story) => story.id === id && !story.is_closed));
    const onMind = stories.filter((story) => this.isOnMind(story));
    const all = (name: string): StoryRow[] => onMind.filter((story) => story.status_id === this.status(name));
    const free = (name: string): StoryRow[] => all(name).filter((story) => !story.is_blocked);
    const from = among(random);
    const [inbox, selected] = [free('Inbox'), free('Selected')];
    const [building, review] = [free('In progress'), free('Code review')];
    const [testing, failed, done] = [free('QA'), free('Failed QA'), free('Done')];
    const finished = done.filter((story) => story.is_closed);
    const working = [...building, ...review, ...testing, ...failed];
    const [openTasks, leftTasks] = [this.#openTasksOf(working), this.#openTasksOf(done)];
    const blocked = onMind.filter((story) => story.is_blocked);
    /** Limits hold most of the time. */
    const room = (name: string, limit: number): number => Math.max(lack(all(name).length, limit), 0.05);
    return [
      [this.#newCard(), 1.2 * lack(inbox.length, 13)],
      from(inbox, (story) => this.#drag(story, 'Selected', this.owner), 1.6 * lack(selected.length, 6)),
      from(selected, (story) => this.#start(story), 2.4 * room('In progress', 5)),
      from(
        building,
        (story) => this.#drag(story, 'Code review'),
        0.6 * building.length * (0.3 + room('Code review', 3)),
      ),
      from(review, (story) => this.#review(story), 0.6 * review.length * (0.3 + room('QA', 3))),
      from(testing, (story) => this.#test(story), 0.65 * testing.length),
      from(
        failed,
        (story) => this.#drag(story, random.chance(0.85) ? 'Code review' : 'In progress'),
        0.6 * failed.length,
      ),
      from(
        finished,
        (story) => this.#drag(story, 'Archived', this.owner),
        0.015 * Math.max(0, finished.length - 6),
      ),
      from(done.slice(-5), (story) => this.#drag(story, 'In progress', this.somebody('qa')), 0.035),
      from(working, (story) => this.commentOn(story), 0.5),
      from(working, (story) => this.block(story), 0.4 * lack(blocked.length, 3)),
      from(blocked, (story) => this.unblock(story), 0.08 * (blocked.length - 1)),
      from(inbox, (story) => this.edit(story, this.owner, { points: this.estimate() }), 0.35),
      from(this.unlinked(inbox), (story) => this.link(story), 0.4),
      from(selected, (story) => this.setDueDate(story, random.integer(4, 30)), 0.15),
      from(inbox, (story) => this.remove(story), 0.06),
      from(selected, (story) => this.#changeLane(story), 0.08),
      from(building, (story) => this.#addTask(story), 0.16),
      from(openTasks, (task) => this.#closeTask(task), 0.3 * openTasks.length),
      // A card in Done with an open task is open, and nobody hurries to see it.
      from(leftTasks, (task) => this.#closeTask(task), 0.06 * leftTasks.length),
      [(at) => this.reviewEpics()?.(at), 0.1],
      [this.writeWiki(), 0.07],
    ];
  }

  #newCard(): Deed {
    const lane = this.place.random.weighted(this.#lanes);
    return this.newStory(lane === undefined ? {} : { swimlane_id: lane.id });
  }

  #drag(story: StoryRow, name: string, by = this.workerOn(story, 'dev', 'ops')): Deed {
    const { taiga, random } = this.place;
    const to = { status_id: this.status(name), swimlane_id: story.swimlane_id };
    return (at) => dragOnKanban(taiga, actOf(at, by), story, to, random.integer(0, 6));
  }

  /** Whoever takes a card opens it to put their name on it. */
  #start(story: StoryRow): Deed {
    const { random } = this.place;
    const by = this.somebody('dev', 'ops');
    const second = this.somebody('dev', 'ops');
    const assignees = random.chance(0.18) && second.id !== by.id ? [by.id, second.id] : [by.id];
    const start = { status_id: this.status('In progress'), assignees };
    if (!random.chance(0.05)) return this.edit(story, by, start);
    // Begun with a date in mind, and then something more urgent came.
    this.forgotten.add(story);
    return (at) =>
      this.edit(story, by, { ...start, due_date: addDays(dateOf(at), random.integer(5, 20)) })(at);
  }

  #review(story: StoryRow): Deed {
    const { random } = this.place;
    const back = random.chance(0.12);
    if (!back && random.chance(0.006)) this.forgotten.add(story);
    return this.#drag(story, back ? 'In progress' : 'QA', this.somebody('dev', 'ops'));
  }

  #test(story: StoryRow): Deed {
    const { random } = this.place;
    const by = this.somebody('qa');
    if (random.chance(0.2)) {
      return this.edit(story, by, { status_id: this.status('Failed QA'), comment: remark(random) });
    }
    return this.#drag(story, 'Done', by);
  }

  #changeLane(story: StoryRow): Deed {
    const lane = this.place.random.weighted(this.#lanes);
    return this.edit(story, this.owner, { swimlane_id: lane?.id ?? null });
  }

  #addTask(story: StoryRow): Deed {
    const { taiga, random } = this.place;
    const by = this.workerOn(story, 'dev', 'ops');
    const fields = { subject: taskSubject(random), assigned_to_id: by.id };
    return (at) => void createTask(taiga, actOf(at, by), this.project, { story }, fields);
  }

  #openTasksOf(stories: readonly StoryRow[]): TaskRow[] {
    return stories
      .flatMap((story) => this.place.taiga.store.belongingTo('tasks_task', story.id))
      .filter((task) => task.status_id !== this.#closedTaskStatus);
  }

  #closeTask(task: TaskRow): Deed {
    const workers = this.roster.in('dev', 'ops');
    const by = workers.find((worker) => worker.id === task.assigned_to_id) ?? this.place.random.pick(workers);
    return (at) => editTask(this.place.taiga, actOf(at, by), task, { status_id: this.#closedTaskStatus });
  }
}
