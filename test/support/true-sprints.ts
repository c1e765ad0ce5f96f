import { add, rounded, type Table } from './samples.js';
import { type DiaryLine, isItemLine, keyOf, momentOf, sprintSlugs } from './true-past.js';

/*
 * The stories that the sample's team took into its sprints, and what became of them, computed naively: the state of every
 * story is looked up again for each sprint and moment.
 */

interface Plan {
  readonly project: string;
  readonly name: string;
  readonly startsAt: number;
  readonly firstDayEndsAt: number;
  readonly endsAt: number;
}

/** A story's state from a moment on; `sprint` null: in none, or in a deleted one. */
interface StoryState {
  readonly at: number;
  readonly sprint: string | null;
  readonly isClosed: boolean;
  readonly points: number;
}

export interface TrueSprints {
  readonly points: Table;
  readonly userstories: Table;
  readonly carriedOver: Table;
}

const DAY_MS = 86_400_000;

/** At each moment, by `project | sprint | outcome`, and by `project | sprint`; days are those of UTC. */
export function replaySprints(diary: readonly DiaryLine[], moments: readonly number[]): TrueSprints[] {
  const slugs = sprintSlugs();
  const plans = sprintPlans(diary);
  const stories = storyStates(diary);
  return moments.map((moment) => {
    const [points, userstories, carriedOver]: [Table, Table, Table] = [{}, {}, {}];
    for (const plan of plans) {
      const sprint = `${plan.project} | ${slugs.get(`${plan.project} ${plan.name}`)}`;
      // After its end a sprint does not change.
      const until = Math.min(moment, plan.endsAt - 1);
      for (const { project, states } of stories.values()) {
        if (project !== plan.project) continue;
        const then = (at: number): StoryState | undefined => states.findLast((state) => state.at <= at);
        const now = then(until);
        const committed = moment >= plan.firstDayEndsAt ? then(plan.firstDayEndsAt) : undefined;
        if (committed?.sprint === plan.name) {
          const outcome = now?.sprint !== plan.name ? 'removed' : now.isClosed ? 'closed' : 'open';
          add(points, `${sprint} | ${outcome}`, committed.points);
          add(userstories, `${sprint} | ${outcome}`);
        }
        if (now?.sprint === plan.name && wasLeftOpen(states, states.indexOf(now), plan, plans))
          add(carriedOver, sprint);
      }
    }
    return { points: rounded(points), userstories, carriedOver };
  });
}

/** Whether the story had left an earlier sprint, which had begun, without being closed. */
function wasLeftOpen(
  states: readonly StoryState[],
  upTo: number,
  into: Plan,
  plans: readonly Plan[],
): boolean {
  return states.slice(0, upTo).some((state, i) => {
    const next = states[i + 1];
    const left = plans.find(({ project, name }) => project === into.project && name === state.sprint);
    return (
      left !== undefined &&
      next !== undefined &&
      next.sprint !== state.sprint &&
      !state.isClosed &&
      left.startsAt < into.startsAt &&
      next.at > left.startsAt
    );
  });
}

function sprintPlans(diary: readonly DiaryLine[]): Plan[] {
  const plans = new Map<string, Plan>();
  for (const line of diary) {
    if (line.type !== 'milestone') continue;
    const key = `${line.project} ${line.id}`;
    if (line.op === 'delete') plans.delete(key);
    if (line.op !== 'create') continue;
    const startsAt = Date.parse(`${line.estimated_start}T00:00:00Z`);
    plans.set(key, {
      project: line.project,
      name: line.name ?? '',
      startsAt,
      firstDayEndsAt: startsAt + DAY_MS,
      endsAt: Date.parse(`${line.estimated_finish}T00:00:00Z`) + DAY_MS,
    });
  }
  return [...plans.values()];
}

function storyStates(diary: readonly DiaryLine[]): Map<string, { project: string; states: StoryState[] }> {
  const stories = new Map<string, { project: string; states: StoryState[] }>();
  for (const line of diary) {
    if (!isItemLine(line) || line.type !== 'userstory') continue;
    const at = momentOf(line);
    const story = stories.get(keyOf(line)) ?? { project: line.project, states: [] };
    stories.set(keyOf(line), story);
    const before = story.states.at(-1) ?? { sprint: null, isClosed: false, points: 0 };
    const change: Partial<StoryState> | undefined = {
      create: { sprint: line.milestone ?? null, points: line.total ?? 0 },
      sprint: { sprint: line.to ?? null },
      points: { points: line.total ?? 0 },
      close: { isClosed: true },
      reopen: { isClosed: false },
      delete: { sprint: null },
    }[line.op];
    if (!change) continue;
    // Several lines of one request are one state.
    if (story.states.at(-1)?.at === at) story.states.pop();
    story.states.push({ ...before, ...change, at });
  }
  return stories;
}
