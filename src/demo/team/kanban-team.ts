import { statusNamed } from '../taiga/boards.js';
import type { ProjectRow, StoryRow, SwimlaneRow, TaskRow } from '../taiga/rows.js';
import { dragOnKanban } from '../taiga/stories.js';
import { createTask, editTask } from '../taiga/tasks.js';
import { addDays, dateOf, type Micros } from '../taiga/time.js';
import { StoryTeam } from './story-team.js';
import { actOf, among, type Deed, lack, type Option, type Roster, type Workplace } from './team.js';
import { remark, taskSubject } from './texts.js';

/** A Kanban team: swimlanes, limits, a review and a test column, and a column for what failed there. */
export class KanbanTeam extends StoryTeam {
  readonly share = 0.29;
  readonly #closedTaskStatus: number;
  readonly #lanes: readonly (readonly [lane: SwimlaneRow, weight: number])[];

  constructor(place: Workplace, project: ProjectRow, roster: Roster, lanes: readonly SwimlaneRow[]) {
    super(place, project, roster, 'platform', 2);
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

  /** The storyline's events for this board. */
  override due(at: Micros): Deed[] {
    const { random, storyline } = this.place;
    const [standard, expedite] = this.#lanes.map(([lane]) => lane.id);
    const inTest = (): StoryRow[] => this.#in('QA').filter((story) => story.swimlane_id === standard);
    if (storyline.testerAway.has(at)) {
      const wanted = 2.5 + 3 * storyline.testerAway.partOver(at);
      const isDue = random.chance(0.4) && inTest().length < wanted;
      return isDue ? this.#oneFurther(standard, ['Code review', 'In progress', 'Selected', 'Inbox']) : [];
    }
    if (storyline.testHelp.has(at) && random.chance(0.08) && inTest().length > 2) {
      const testable = inTest().filter((story) => this.isOnMind(story) && !story.is_blocked);
      return testable.length > 0 ? [this.#drag(random.pick(testable), 'Done')] : [];
    }
    if (storyline.rush.has(at)) return this.#rush(expedite);
    return [];
  }

  override options(at: Micros): Option[] {
    const { random, storyline } = this.place;
    const stories = this.stories().filter((story) => story.status_id !== this.status('Archived'));
    this.forgotten.keepOnly((id) => stories.some((story) => story.id === id && !story.is_closed));
    const onMind = stories.filter((story) => this.isOnMind(story));
    const all = (name: string): StoryRow[] => onMind.filter((story) => story.status_id === this.status(name));
    const free = (name: string): StoryRow[] => all(name).filter((story) => !story.is_blocked);
    const from = among(random);
    const [inbox, selected] = [free('Inbox'), free('Selected')];
    const [building, review] = [free('In progress'), free('Code review')];
    const [inTest, failed, done] = [free('QA'), free('Failed QA'), free('Done')];
    const finished = done.filter((story) => story.is_closed);
    const working = [...building, ...review, ...inTest, ...failed];
    const [openTasks, leftTasks] = [this.#openTasksOf(working), this.#openTasksOf(done)];
    const blocked = onMind.filter((story) => story.is_blocked);
    /** Limits are mostly respected. */
    const isFull = this.#fullCells(stories);
    const hasRoom =
      (name: string) =>
      (story: StoryRow): boolean =>
        !isFull(story, name);
    const testing = storyline.testerAway.has(at) ? 0.02 : storyline.testHelp.has(at) ? 0.15 : 0.9;
    return [
      [this.#newCard(), 1.2 * lack(inbox.length, 13)],
      from(inbox, (story) => this.#drag(story, 'Selected', this.owner), 1.6 * lack(selected.length, 6)),
      from(selected.filter(hasRoom('In progress')), (story) => this.#start(story), 0.8),
      from(
        building.filter(hasRoom('Code review')),
        (story) => this.#drag(story, 'Code review'),
        0.5 * building.length,
      ),
      from(review.filter(hasRoom('QA')), (story) => this.#review(story), 0.8 * review.length),
      from(review, (story) => this.#drag(story, 'QA'), 0.01),
      from(inTest, (story) => this.#test(story), testing * inTest.length),
      from(
        failed.filter(hasRoom('Code review')),
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
      from(working, (story) => this.block(story), 0.4 * lack(blocked.length, 2)),
      from(blocked, (story) => this.unblock(story), 0.25 * (blocked.length - 1)),
      from(inbox, (story) => this.edit(story, this.owner, { points: this.estimate() }), 0.35),
      from(this.unlinked(inbox), (story) => this.link(story), 0.4),
      from(selected, (story) => this.setDueDate(story, random.integer(4, 30)), 0.15),
      from(inbox, (story) => this.remove(story), 0.06),
      from(selected, (story) => this.#changeLane(story), 0.08),
      from(building, (story) => this.#addTask(story), 0.16),
      from(openTasks, (task) => this.#closeTask(task), 0.3 * openTasks.length),
      // A card in Done with an open task stays open, and it takes a while until somebody notices.
      from(leftTasks, (task) => this.#closeTask(task), 0.06 * leftTasks.length),
      [(at) => this.reviewEpics()?.(at), 0.1],
      [this.writeWiki(), 0.07],
    ];
  }

  /** An unassigned card with a due date is started, and then forgotten. */
  forget(dueDate: string): Deed[] {
    const [card] = this.#in('Selected', 'Inbox').filter(
      (story) => story.assigned_to_id === null && this.isOnMind(story) && !story.is_closed,
    );
    if (card === undefined) return [];
    this.aside.add(card.id);
    return [this.edit(card, this.owner, { due_date: dueDate }), this.#drag(card, 'In progress', this.owner)];
  }

  /** A card in progress is blocked for good. */
  blockForLong(note: string): Deed[] {
    const [inWork] = this.#in('In progress', 'Code review').filter(
      (story) => this.isOnMind(story) && !story.is_closed,
    );
    const card = inWork ?? this.#in('Selected', 'Inbox').find((story) => this.isOnMind(story));
    if (card === undefined) return [];
    this.aside.add(card.id);
    const by = this.workerOn(card, 'dev', 'ops');
    const start = { status_id: this.status('In progress'), assignees: [by.id] };
    return [
      ...(inWork === undefined ? [this.edit(card, by, start)] : []),
      this.edit(card, by, { is_blocked: true, blocked_note: note }),
    ];
  }

  #in(...names: readonly string[]): StoryRow[] {
    const ids = names.map((name) => this.status(name));
    return this.stories().filter((story) => story.status_id !== null && ids.includes(story.status_id));
  }

  /** Moves the most advanced card in these columns (given in order of preference) by one column. */
  #oneFurther(lane: number | undefined, names: readonly string[]): Deed[] {
    for (const name of names) {
      const [card] = this.#in(name).filter(
        (story) => story.swimlane_id === lane && !story.is_blocked && this.isOnMind(story),
      );
      if (card === undefined) continue;
      if (name === 'Selected') return [this.#start(card)];
      return [this.#drag(card, { 'Code review': 'QA', 'In progress': 'Code review' }[name] ?? 'Selected')];
    }
    return [this.#newCard(lane)];
  }

  /** Starts two cards at once in a lane that is meant for one, and they stay. */
  #rush(lane: number | undefined): Deed[] {
    const begun = this.#in('In progress').filter((story) => story.swimlane_id === lane);
    if (begun.length < 2) return this.#oneFurther(lane, ['Selected', 'Inbox']);
    for (const story of begun) this.aside.add(story.id);
    return [];
  }

  endRush(): Deed[] {
    for (const story of this.#in('In progress')) if (!story.is_blocked) this.aside.delete(story.id);
    return [];
  }

  /** Returns a function that tells whether a card would move into a full cell. */
  #fullCells(stories: readonly StoryRow[]): (story: StoryRow, name: string) => boolean {
    const cells = new Map(
      this.place.taiga.store
        .where('projects_swimlaneuserstorystatus', (cell) => cell.wip_limit !== null)
        .map((cell) => [`${cell.status_id} ${cell.swimlane_id}`, cell.wip_limit ?? 0]),
    );
    for (const story of stories) {
      const cell = `${story.status_id} ${story.swimlane_id}`;
      const room = cells.get(cell);
      if (room !== undefined) cells.set(cell, room - 1);
    }
    return (story, name) => (cells.get(`${this.status(name)} ${story.swimlane_id}`) ?? 1) <= 0;
  }

  #newCard(into?: number): Deed {
    const lane = into === undefined ? this.place.random.weighted(this.#lanes)?.id : into;
    return this.newStory(lane === undefined ? {} : { swimlane_id: lane });
  }

  #drag(story: StoryRow, name: string, by = this.workerOn(story, 'dev', 'ops')): Deed {
    const { taiga, random } = this.place;
    const to = { status_id: this.status(name), swimlane_id: story.swimlane_id };
    return (at) => dragOnKanban(taiga, actOf(at, by), story, to, random.integer(0, 6));
  }

  /** Whoever starts a card also assigns it to themselves. */
  #start(story: StoryRow): Deed {
    const { random } = this.place;
    const by = this.somebody('dev', 'ops');
    const second = this.somebody('dev', 'ops');
    const assignees = random.chance(0.18) && second.id !== by.id ? [by.id, second.id] : [by.id];
    const start = { status_id: this.status('In progress'), assignees };
    if (!random.chance(0.05)) return this.edit(story, by, start);
    // Started with a due date, and then something more urgent came.
    this.forgotten.add(story);
    return (at) =>
      this.edit(story, by, { ...start, due_date: addDays(dateOf(at), random.integer(5, 20)) })(at);
  }

  #review(story: StoryRow): Deed {
    const { random } = this.place;
    const back = random.chance(0.12);
    if (random.chance(0.006)) {
      this.forgotten.add(story);
      return () => {};
    }
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
