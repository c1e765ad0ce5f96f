import type { MilestoneRow, StoryRow } from '../taiga/rows.js';
import type { Micros } from '../taiga/time.js';
import { type SprintPlan, sprintPlan } from './sprint-plan.js';
import { sprintTime } from './storyline.js';
import type { Workplace } from './team.js';

/** Compares the progress of each sprint with its plan. */
export class SprintCourse {
  readonly #place: Workplace;
  readonly #plans = new Map<string, SprintPlan>();

  constructor(place: Workplace) {
    this.#place = place;
  }

  /** The plan of the sprint that starts on this day. */
  planOf(start: string): SprintPlan {
    const { random, storyline } = this.#place;
    const plan = this.#plans.get(start) ?? sprintPlan(storyline.sprintsAgo(start), random);
    this.#plans.set(start, plan);
    return plan;
  }

  pointsOf(story: StoryRow): number {
    const { store } = this.#place.taiga;
    return store
      .belongingTo('userstories_rolepoints', story.id)
      .reduce((sum, { points_id: id }) => sum + (store.find('projects_points', id)?.value ?? 0), 0);
  }

  /** How many points are missing compared with the plan; negative when the sprint is ahead. */
  behind(sprint: MilestoneRow, stories: readonly StoryRow[], at: Micros): { points: number; part: number } {
    let total = 0;
    let closed = 0;
    for (const story of stories) {
      if (story.milestone_id !== sprint.id) continue;
      const points = this.pointsOf(story);
      total += points;
      if (story.is_closed) closed += points;
    }
    const start = sprint.estimated_start;
    const points = this.planOf(start).course(sprintTime(start, at)) * total - closed;
    return { points, part: total === 0 ? 0 : points / total };
  }

  /** Whether everything should be closed by now. */
  isClosing({ estimated_start: start }: MilestoneRow, at: Micros): boolean {
    return this.planOf(start).course(sprintTime(start, at)) >= 1;
  }

  /** Whether closing this story brings the sprint nearer to its plan. */
  isNearerWith(story: StoryRow, behind: { points: number }): boolean {
    return this.pointsOf(story) <= 2 * behind.points;
  }
}
