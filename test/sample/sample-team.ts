import { deleteIssue, editIssue, promoteToStory } from '../../src/demo/taiga/issues.js';
import { setEpicStatus } from '../../src/demo/taiga/planning.js';
import type { Act } from '../../src/demo/taiga/recorder.js';
import type { IssueRow, StoryRow, UserRow } from '../../src/demo/taiga/rows.js';
import { deleteStory, dragOnKanban, dragToSprint, editStory } from '../../src/demo/taiga/stories.js';
import { importProject } from '../history/scenarios/imports.js';
import { Team } from '../support/team.js';
import { Diary, type Line } from './diary.js';

const WEEKS = 12;
const SEED = 5;

/** A small team that writes down what it does, and three months of its work: the same whenever it is asked for. */
export class SampleTeam extends Team {
  diary: Diary | undefined;
  #last: Act | undefined;

  static work(): { readonly team: SampleTeam; readonly diary: readonly Line[] } {
    const team = new SampleTeam(SEED);
    const diary = new Diary(team.taiga.store);
    team.diary = diary;
    for (let week = 0; week < WEEKS; week++) team.#week(week);
    team.#writeDown();
    return { team, diary: diary.lines() };
  }

  /** What was done until somebody does something else belongs to the act before. */
  override act(by?: UserRow): Act {
    // The world begins with acts before there is anybody to write them down.
    if (this.diary) this.#writeDown();
    const act = by ? super.act(by) : super.act();
    if (this.diary) this.#last = act;
    return act;
  }

  #writeDown(silent = false): void {
    if (this.#last) this.diary?.note(this.#last, silent);
  }

  #week(week: number): void {
    const { random } = this;
    const bugs = Array.from({ length: random.integer(1, 3) }, () => this.addIssue());
    const stories = [this.#plan(week), this.#plan(week)];
    for (const story of stories) this.#build(story);
    for (const bug of bugs) this.#fix(bug);
    this.#oddities[week]?.();
  }

  #plan(week: number): StoryRow {
    const { random, taiga } = this;
    const story = this.storyVia('New');
    const points = taiga.store.where(
      'projects_points',
      ({ project_id: id, value }) => id === this.project.id && value !== null && value > 0 && value < 8,
    );
    const roles = taiga.store.where(
      'users_role',
      (row) => row.project_id === this.project.id && row.computable,
    );
    const estimate = new Map(roles.slice(0, 2).map(({ id }) => [id, random.pick(points).id]));
    editStory(taiga, this.act(), story, {
      points: estimate,
      status_id: this.column('userstory', 'Ready').id,
    });
    dragToSprint(taiga, this.act(), story, this.sprints[Math.floor(week / 4)] ?? null, 1);
    return story;
  }

  /** Its tasks are done one after the other, and close it; not always does somebody move its card, too. */
  #build(story: StoryRow): void {
    const { random, taiga } = this;
    const tasks = [this.taskVia(story, 'New'), this.taskVia(story, 'New')];
    dragOnKanban(
      taiga,
      this.act(),
      story,
      { status_id: this.column('userstory', 'In progress').id, swimlane_id: null },
      1,
    );
    for (const task of tasks) {
      this.move(task, 'In progress');
      this.move(task, 'Closed');
    }
    if (random.chance(0.7)) this.move(story, 'Done');
    const [task] = tasks;
    if (task && random.chance(0.2)) {
      this.move(task, 'Ready for test');
      this.move(task, 'Closed');
    }
  }

  #fix(bug: IssueRow): void {
    const { random, taiga } = this;
    if (random.chance(0.2)) {
      this.move(bug, 'Rejected');
      return;
    }
    this.move(bug, 'In progress');
    if (random.chance(0.3)) {
      editIssue(taiga, this.act(), bug, { is_blocked: true });
      editIssue(taiga, this.act(), bug, { is_blocked: false, comment: 'Go on.' });
    }
    if (random.chance(0.5)) this.move(bug, 'Ready for test');
    if (random.chance(0.8)) this.move(bug, 'Closed');
    if (random.chance(0.2)) this.move(bug, 'In progress');
  }

  /** What happens once, by week. */
  readonly #oddities: Readonly<Record<number, () => void>> = {
    0: () => {
      const epic = this.addEpic();
      setEpicStatus(this.taiga, this.act(), epic, this.column('epic', 'In progress').id);
    },
    1: () => this.rename('userstory', 'In progress', 'In progress 2'),
    2: () => {
      const bug = this.issueVia('In progress');
      const story = promoteToStory(this.taiga, this.act(), bug, this.project, []);
      for (const name of ['Ready', 'In progress', 'Done']) this.move(story, name);
    },
    3: () => {
      const story = this.promoteTask(this.taskVia(this.storyVia('Ready'), 'In progress'));
      for (const name of ['Ready', 'In progress']) this.move(story, name);
    },
    4: () => {
      const bug = this.issueVia('In progress', 'Needs Info');
      this.issueVia('Needs Info', 'Closed');
      this.deleteColumn('issue', 'Needs Info', 'Postponed');
      this.#writeDown(true);
      this.move(bug, 'Closed');
    },
    5: () => {
      const bug = this.issueVia('In progress');
      this.moveIssueAway(bug);
      for (const name of ['In progress', 'Closed']) this.move(bug, name);
    },
    6: () => {
      const story = this.storyVia('New', 'In progress');
      this.taskVia(story, 'In progress');
      deleteStory(this.taiga, this.act(), story);
      const bug = this.issueVia('In progress');
      deleteIssue(this.taiga, this.act(), bug);
    },
    7: () => this.#import(),
    8: () => {
      // What is in it then stays open until it moves; what comes in closes.
      const bug = this.issueVia('In progress', 'Postponed');
      this.setMark('issue', 'Postponed', true);
      this.#writeDown(true);
      this.issueVia('In progress', 'Postponed');
      this.move(bug, 'Closed');
    },
    9: () => this.cancelUser(),
  };

  #import(): void {
    const { project, issues, story, moments } = importProject(this);
    const [created, begun, closed] = moments;
    const lines: Line[] = [];
    const [foreign, found] = issues;
    for (const [item, step, end] of [
      [`issue ${foreign?.id}`, 'In progress', 'Closed'],
      [`issue ${found?.id}`, 'In review', 'Closed'],
      [`userstory ${story.id}`, 'In progress', 'Done'],
    ] as const) {
      const line = { project: project.slug, item };
      lines.push(
        { at: created, ...line, what: 'created', to: 'New' },
        { at: begun, ...line, what: 'moved', from: 'New', to: step },
        { at: closed, ...line, what: 'moved', from: step, to: end, done: true },
      );
      if (item.startsWith('userstory')) lines.push({ at: closed, ...line, what: 'closed' });
    }
    this.diary?.add(...lines);
  }
}
