import type { Random } from '../random.js';
import type { SprintTime } from './storyline.js';

/** The course of a sprint. The team works on its tasks at random, but is steered along this course. */
export interface SprintPlan {
  /** The number of stories, including those from the sprint before. */
  readonly stories: number;
  /** The ratio of the points that is closed at this time. */
  course(time: SprintTime): number;
  /** Whether scope changes and reopened work happen at random; else only as the storyline says. */
  readonly isDisturbed: boolean;
  /** Whether stories are small enough that the burndown falls in small steps. */
  readonly hasSmallStories: boolean;
  /** Whether its remaining stories are never moved on: it stays open for ever. */
  readonly isNeglected?: boolean;
  readonly nameSuffix?: string;
}

const halfWay = ({ days, workingHours }: SprintTime): number => (days + workingHours) / 2;

/** Little is expected at weekends. */
const mostlyWorking = ({ days, workingHours }: SprintTime): number => 0.2 * days + 0.8 * workingHours;

/** The last afternoon, when everything should be done. */
const isNearlyOver = ({ workingHours }: SprintTime): boolean => workingHours > 0.95;

const ordinary = { isDisturbed: true, hasSmallStories: false } as const;
const planned = { isDisturbed: false, hasSmallStories: true } as const;

/** The sprints described in docs/demo.md, from the current one backwards. */
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

/** The plan of the sprint that is `sprintsAgo` before the current one. */
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
