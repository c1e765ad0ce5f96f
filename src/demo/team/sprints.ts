import { createSprint } from '../taiga/planning.js';
import type { MilestoneRow, ProjectRow, UserRow } from '../taiga/rows.js';
import { addDays, dateOf, day, type Micros, startOf } from '../taiga/time.js';
import type { SprintCourse } from './sprint-course.js';
import { sprintDays } from './storyline.js';
import { actOf, type Workplace } from './team.js';

/** A project's sprints of two weeks each, one after another from the first day on. */
export class Sprints {
  readonly #place: Workplace;
  readonly #project: ProjectRow;
  readonly #firstDay: string;
  readonly #course: SprintCourse;
  /** By their first day. */
  readonly #planned = new Map<string, MilestoneRow>();

  constructor(place: Workplace, project: ProjectRow, firstDay: string, course: SprintCourse) {
    this.#place = place;
    this.#project = project;
    this.#firstDay = firstDay;
    this.#course = course;
  }

  /** Counts from 0; negative before the first sprint. */
  numberAt(at: Micros): number {
    return Math.floor((startOf(dateOf(at)) - startOf(this.#firstDay)) / (sprintDays * day));
  }

  startOf(number: number): string {
    return addDays(this.#firstDay, number * sprintDays);
  }

  at(at: Micros): MilestoneRow | undefined {
    return this.#planned.get(this.startOf(this.numberAt(at)));
  }

  before(number: number): MilestoneRow | undefined {
    return this.#planned.get(this.startOf(number - 1));
  }

  /** Returns the sprint; creates it if necessary. */
  ensure(at: Micros, by: UserRow, number: number): MilestoneRow {
    const start = this.startOf(number);
    const known = this.#planned.get(start);
    if (known !== undefined) return known;
    const days = { start, finish: addDays(start, sprintDays - 1) };
    const name = `Sprint ${number + 1}${this.#course.planOf(start).nameSuffix ?? ''}`;
    const planned = createSprint(this.#place.taiga, actOf(at, by), this.#project, name, days);
    this.#planned.set(start, planned);
    return planned;
  }
}
