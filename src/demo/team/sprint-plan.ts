import type { Random } from '../random.js';
import type { SprintTime } from './storyline.js';

/** How a sprint goes. The team knows its tasks only; chance does the rest, and is steered to this course. */
export interface SprintPlan {
  /** Stories, those from the sprint before included. */
  readonly stories: number;
  /** The part of the points that is closed at a time. */
  course(time: SprintTime): number;
  /** Whether the scope changes and done things open again as they happen to; else only what the storyline says. */
  readonly isDisturbed: boolean;
  /** Stories are cut down to a size that lets the burndown come down in small steps. */
  readonly hasSmallStories: boolean;
  /** Nobody moves on what is left of it: it stays open for ever. */
  readonly isNeglected?: boolean;
  readonly nameSuffix?: string;
}

const halfWay = ({ days, workingHours }: SprintTime): number => (days + workingHours) / 2;

/** Hardly anything is expected of a weekend. */
const mostlyWorking = ({ days, workingHours }: SprintTime): number => 0.2 * days + 0.8 * workingHours;

/** The last afternoon, when everything is to be done. */
const isNearlyOver = ({ workingHours }: SprintTime): boolean => workingHours > 0.95;

const ordinary = { isDisturbed: true, hasSmallStories: false } as const;
const planned = { isDisturbed: false, hasSmallStories: true } as const;

/** The sprints of docs/demo.md, from the current one backwards. */
const storyline: readonly SprintPlan[] = [
  { ...planned, stories: 11, course: (time) => Math.max(0, 0.97 * mostlyWorking(time) - 0.1) },
  { ...planned, stories: 10, course: (time) => (isNearlyOver(time) ? 1 : halfWay(time)) },
  { ...planned, stories: 10, course: (time) => 0.9 * halfWay(time) },
  { ...planned, stories: 10, course: (time) => 0.45 * halfWay(time) },
  {
    ...planned,
    stories: 10,
    course: (time) => (time.workingHours > 0.81 ? 1 : 0.75 * halfWay(time)),
    nameSuffix: ' – Release 4',
  },
];

const neglected: SprintPlan = {
  ...ordinary,
  stories: 9,
  course: (time) => 0.75 * halfWay(time),
  isNeglected: true,
};

/** How a sprint goes that is `sprintsAgo` before the current one. */
export function sprintPlan(sprintsAgo: number, random: Random): SprintPlan {
  const part = 0.72 + 0.3 * random.fraction();
  if (sprintsAgo === 15) return neglected;
  return (
    storyline[sprintsAgo] ?? {
      ...ordinary,
      stories: 9 + random.integer(-2, 1),
      course: (time) => Math.min(1, part * halfWay(time)),
    }
  );
}
