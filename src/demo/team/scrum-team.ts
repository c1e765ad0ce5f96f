import type { EpicRow, MilestoneRow, ProjectRow, StoryRow } from '../taiga/rows.js';
import { createStory, dragToSprint, moveUnfinished, reorderBacklog } from '../taiga/stories.js';
import { addDays, dateOf, type Micros } from '../taiga/time.js';
import { Release } from './release.js';
import { SprintBugs } from './sprint-bugs.js';
import { SprintCourse } from './sprint-course.js';
import { Sprints } from './sprints.js';
import { type SprintBoard, TaskboardTeam } from './taskboard-team.js';
import { actOf, among, type Deed, lack, type Option, type Roster, type Workplace } from './team.js';
import { hotfix } from './texts.js';

/** A Scrum team: backlog, sprints of two weeks, stories with tasks and points. */
export class ScrumTeam extends TaskboardTeam {
  readonly share = 0.45;
  readonly bugs: SprintBugs;
  readonly release: Release;
  readonly #course: SprintCourse;
  readonly #sprints: Sprints;
  /** Bugs in the release, which go before everything else. */
  readonly #urgent = new Set<number>();
  #begunSprints = -1;

  constructor(place: Workplace, project: ProjectRow, roster: Roster, firstDay: string) {
    super(place, project, roster);
    this.#course = new SprintCourse(place);
    this.#sprints = new Sprints(place, project, firstDay, this.#course);
    this.bugs = new SprintBugs(place, project, roster);
    this.release = new Release(place, project, roster);
  }

  /** The team's first meeting: epics, and a backlog to choose from. */
  kickOff(): Deed[] {
    return [
      ...Array.from({ length: 4 }, () => this.newEpic()),
      this.writeWiki(),
      ...Array.from({ length: 22 }, () => this.newStory()),
      ...Array.from({ length: 12 }, (): Deed => (at) => this.#refine(this.#fresh())?.(at)),
    ];
  }

  override due(at: Micros): Deed[] {
    const number = this.#sprints.numberAt(at);
    if (number <= this.#begunSprints) return this.#catchUp(at);
    this.#begunSprints = number;
    return this.#beginSprint(number);
  }

  override options(at: Micros): Option[] {
    const { random } = this.place;
    const stories = this.stories();
    const backlog = stories.filter((story) => story.milestone_id === null && !this.isFinished(story));
    const sprint = this.#sprints.at(at);
    const current = stories.filter((story) => story.milestone_id === sprint?.id && this.isOnMind(story));
    const from = among(random);
    const fresh = this.#fresh(backlog);
    const ready = backlog.filter((story) => story.status_id === this.status('Ready'));
    const open = current.filter((story) => !story.is_closed);
    const unblocked = open.filter((story) => !story.is_blocked);
    const blocked = stories.filter((story) => story.is_blocked && this.isOnMind(story));
    const oldDone = stories.filter(
      (story) =>
        story.status_id === this.status('Done') && story.is_closed && story.milestone_id !== sprint?.id,
    );
    const behind = sprint && this.#course.behind(sprint, stories, at);
    const mayClose = (story: StoryRow): boolean =>
      behind === undefined || this.#course.isNearerWith(story, behind);
    const board: SprintBoard = { stories, current, unblocked, from, mayClose };
    return [
      [this.newStory(), 1.3 * lack(backlog.length, 34)],
      from(fresh, (story) => this.#refine([story]), 2.2 * lack(ready.length, 13)),
      from(this.unlinked(backlog), (story) => this.link(story), 0.8),
      from(ready, (story) => this.edit(story, this.owner, { points: this.estimate() }), 0.12),
      from(backlog, (story) => this.#reorder(story, backlog.length), 0.5),
      from([...ready, ...open], (story) => this.setDueDate(story, random.integer(5, 40)), 0.12),
      from(fresh, (story) => this.remove(story), 0.06),
      ...this.taskOptions(board),
      ...this.boardOptions(board),
      ...(sprint ? this.#disturbances(sprint, open, board) : []),
      from(open, (story) => this.commentOn(story), 0.6),
      from(unblocked, (story) => this.block(story), 0.4 * lack(blocked.length, 3)),
      from(blocked, (story) => this.unblock(story), 0.07 * (blocked.length - 1)),
      from(
        oldDone,
        (story) => this.edit(story, this.owner, { status_id: this.status('Archived') }),
        0.02 * oldDone.length,
      ),
      [(moment) => this.reviewEpics()?.(moment), 0.12],
      [this.writeWiki(), 0.1],
      ...this.bugs.options(sprint),
    ];
  }

  /** Scope that changes after the sprint's start, and done things that open again. */
  #disturbances(sprint: MilestoneRow, open: readonly StoryRow[], board: SprintBoard): Option[] {
    if (!this.#course.planOf(sprint.estimated_start).isDisturbed) return [];
    return [
      board.from(
        this.#plannable(board.stories),
        (story) => this.#dragTo(story, sprint),
        0.05 + 0.3 * lack(open.length, 2),
      ),
      board.from(open, (story) => this.#dragTo(story, null), 0.035 * Math.sign(open.length - 3)),
      this.reopening(board),
    ];
  }

  /** Brings the sprint back to its course: sometimes by the next step of the most advanced story. */
  #catchUp(at: Micros): Deed[] {
    const { random } = this.place;
    const sprint = random.chance(0.5) ? this.#sprints.at(at) : undefined;
    if (sprint === undefined) return [];
    const stories = this.stories().filter((story) => story.milestone_id === sprint.id);
    const behind = this.#course.behind(sprint, stories, at);
    const isClosing = this.#course.isClosing(sprint, at);
    if (!isClosing && !random.chance(8 * behind.part)) return [];
    const open = stories.filter((story) => !story.is_closed && this.isOnMind(story));
    const steps = open
      .filter((story) => isClosing || this.#course.isNearerWith(story, behind))
      .map((story) => ({ isUrgent: this.#urgent.has(story.id), steps: this.stepsToDone(story) }))
      .sort((a, b) => Number(b.isUrgent) - Number(a.isUrgent) || a.steps.length - b.steps.length);
    return steps[0]?.steps.slice(0, isClosing ? undefined : 1) ?? [];
  }

  /** A bug in the release comes into the sprint late. */
  hotfix(number: number): Deed[] {
    const { taiga } = this.place;
    let story: StoryRow | undefined;
    const patch = { status_id: this.status('Ready'), points: this.smallEstimate(['5', '8']) };
    return [
      (at) => {
        const fields = { subject: hotfix(number), tags: ['hotfix'] };
        story = createStory(taiga, actOf(at, this.owner), this.project, fields);
        this.#urgent.add(story.id);
      },
      (at) => story && this.edit(story, this.owner, patch)(at),
      (at) => story && this.#dragTo(story, this.#sprints.at(at) ?? null)(at),
    ];
  }

  /** The biggest open story of the sprint is blocked until `goOn`. */
  blockForLong(at: Micros, note: string): Deed[] {
    const sprint = this.#sprints.at(at);
    const [story] = this.stories()
      .filter((row) => row.milestone_id === sprint?.id && !row.is_closed && this.isOnMind(row))
      .sort((a, b) => this.#course.pointsOf(b) - this.#course.pointsOf(a));
    if (sprint === undefined || story === undefined) return [];
    this.aside.add(story.id);
    return [this.edit(story, this.owner, { is_blocked: true, blocked_note: note })];
  }

  goOn(): Deed[] {
    const waiting = this.stories().filter((story) => this.aside.has(story.id));
    this.aside.clear();
    return waiting.map((story) => this.unblock(story));
  }

  /** Stories in the backlog that nobody has asked for in a long time. */
  leftovers(count: number): StoryRow[] {
    return this.#fresh().slice(0, count);
  }

  protected override mayLinkTo(epic: EpicRow): boolean {
    return !this.release.isOf(epic);
  }

  #fresh(among: readonly StoryRow[] = this.stories()): StoryRow[] {
    return among.filter((story) => story.status_id === this.status('New') && story.milestone_id === null);
  }

  /** Stories that may be planned: refined, or begun in an earlier sprint and put back. */
  #plannable(among: readonly StoryRow[] = this.stories()): StoryRow[] {
    return among.filter(
      (story) =>
        story.milestone_id === null &&
        story.status_id !== this.status('New') &&
        !story.is_closed &&
        this.isOnMind(story),
    );
  }

  /** Refinement: most stories get points, some a due date; a few are called ready without either. */
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

  #beginSprint(number: number): Deed[] {
    const { random, taiga } = this.place;
    const plan = this.#course.planOf(this.#sprints.startOf(number));
    const sprint = (at: Micros): MilestoneRow => this.#sprints.ensure(at, this.owner, number);
    const last = this.#sprints.before(number);
    const deeds: Deed[] = [sprint, (at) => void this.#sprints.ensure(at, this.owner, number + 1)];
    let carriedOver = 0;
    if (last !== undefined && !this.#course.planOf(last.estimated_start).isNeglected) {
      const open = this.stories().filter((story) => story.milestone_id === last.id && !story.is_closed);
      const leftBehind = open.filter((story) => this.isLeftBehind(story));
      carriedOver = open.length - leftBehind.length;
      deeds.push(...leftBehind.map((story) => this.#dragTo(story, null)));
      deeds.push((at) => moveUnfinished(taiga, actOf(at, this.owner), last, sprint(at)));
    }
    const candidates = random.shuffled(this.#plannable());
    if (plan.hasSmallStories) candidates.push(...random.shuffled(this.#fresh()));
    for (const story of candidates.slice(0, Math.max(3, plan.stories - carriedOver))) {
      if (plan.hasSmallStories) deeds.push(...this.#cutDown(story));
      deeds.push((at) => this.#dragTo(story, sprint(at))(at));
      if (random.chance(0.6)) deeds.push(this.release.include(story));
      if (random.chance(0.06)) this.statusForgotten.add(story.id);
      const tasks = random.chance(0.7) ? random.integer(1, 4) : 0;
      for (let count = 0; count < tasks; count++) deeds.push(this.newTask({ story }));
    }
    deeds.push((at) => this.newTask({ sprint: sprint(at) })(at));
    return deeds;
  }

  /** Gives a story that is to be planned points, but not too many. */
  #cutDown(story: StoryRow): Deed[] {
    const points = this.#course.pointsOf(story);
    if (points >= 3 && points <= 8) return [];
    const isNew = story.status_id === this.status('New');
    const patch = { points: this.smallEstimate(), ...(isNew && { status_id: this.status('Ready') }) };
    return [this.edit(story, this.owner, patch)];
  }
}
