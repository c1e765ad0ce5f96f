import { addDays, dateOf, day, hour, type Micros, startOf, weekdayOf } from '../taiga/time.js';

export const sprintDays = 14;

/** From its first moment to the first one after it. */
class Period {
  readonly from: Micros;
  readonly to: Micros;

  constructor(from: Micros, to: Micros) {
    this.from = from;
    this.to = to;
  }

  has(at: Micros): boolean {
    return this.from <= at && at < this.to;
  }

  /** The part of it that is over, from 0 to 1. */
  partOver(at: Micros): number {
    return Math.min(1, Math.max(0, (at - this.from) / (this.to - this.from)));
  }
}

/**
 * The times of the events that docs/demo.md describes. They are counted back from the end of the past: the demo always
 * shows a team in the middle of a sprint, with the same weeks behind it.
 */
export class Storyline {
  readonly end: Micros;
  /** The first day of the current sprint. */
  readonly sprintStart: string;
  /** These weeks are ordinary ones, even around the turn of the year. */
  readonly season: Period;
  readonly releaseDay: string;
  /** Customers report bugs in the release. */
  readonly bugBurst: Period;
  /** The bugs are fixed, until no more are open than before the release. */
  readonly recovery: Period;
  /** The tester has no time for the platform's board. */
  readonly testerAway: Period;
  /** Somebody helps with testing. */
  readonly testHelp: Period;
  /** Two urgent things at once. */
  readonly rush: Period;

  constructor(end: Micros) {
    this.end = end;
    const today = dateOf(end);
    this.sprintStart = middleOfSprint(today);
    const releaseSprint = this.sprintStartBefore(4);
    this.season = new Period(startOf(releaseSprint), end);
    this.releaseDay = workingDayBefore(addDays(releaseSprint, sprintDays), 2);
    const released = startOf(this.releaseDay);
    this.bugBurst = new Period(released + day + 8 * hour, released + 12 * day);
    this.recovery = new Period(released + 11 * day, released + 36 * day);
    this.testerAway = new Period(startOf(addDays(this.sprintStart, -29)), startOf(this.daysBefore(22)));
    this.testHelp = new Period(this.testerAway.to + 9 * hour, this.testerAway.to + 12 * day);
    this.rush = new Period(startOf(workingDayBefore(today, 2)), end);
  }

  /** The date so many days before the last day. */
  daysBefore(days: number): string {
    return addDays(dateOf(this.end), -days);
  }

  /** The first day of the sprint that is so many sprints before the current one. */
  sprintStartBefore(sprintsAgo: number): string {
    return addDays(this.sprintStart, -sprintsAgo * sprintDays);
  }

  /** The first day of the first sprint: it leaves the team some days to get ready. */
  firstSprintDay(founded: Micros): string {
    const time = startOf(this.sprintStart) - founded - 4 * day;
    return this.sprintStartBefore(Math.floor(time / (sprintDays * day)));
  }

  /** 0 for the current sprint, negative for future ones. */
  sprintsAgo(start: string): number {
    return Math.round((startOf(this.sprintStart) - startOf(start)) / (sprintDays * day));
  }
}

/** A week before this day; at weekends the Monday of this week, as nobody begins a sprint then. */
function middleOfSprint(today: string): string {
  const weekday = weekdayOf(startOf(today));
  return addDays(today, weekday < 5 ? -7 : -weekday);
}

const isWorkingDay = (date: string): boolean => weekdayOf(startOf(date)) < 5;

/** The working day so many working days before a date. */
function workingDayBefore(date: string, count: number): string {
  let found = date;
  for (let left = count; left > 0; ) {
    found = addDays(found, -1);
    if (isWorkingDay(found)) left--;
  }
  return found;
}

/** The parts of a sprint that are over, from 0 to 1: of its days, and of its working hours. */
export interface SprintTime {
  readonly days: number;
  readonly workingHours: number;
}

export function sprintTime(start: string, at: Micros): SprintTime {
  const from = startOf(start);
  const weekday = weekdayOf(from);
  let workingDays = 0;
  let worked = 0;
  for (let number = 0; number < sprintDays; number++) {
    if ((weekday + number) % 7 >= 5) continue;
    const begins = from + number * day + 8 * hour;
    workingDays++;
    worked += new Period(begins, begins + 10 * hour).partOver(at);
  }
  return {
    days: new Period(from, from + sprintDays * day).partOver(at),
    workingHours: worked / workingDays,
  };
}
