import type { Expectation } from '../../support/every-reading.js';
import type { Team } from '../../support/team.js';

export interface Step extends Partial<Expectation> {
  readonly what: string;
  readonly deed: () => unknown;
}

/** What happens in a team, step by step; `team` is as it is when the first step is taken. */
export type Scenario = (team: Team) => readonly Step[];

export type Scenarios = Readonly<Record<string, Scenario>>;

export const step = (what: string, deed: () => unknown, expected: Partial<Expectation> = {}): Step => ({
  what,
  deed,
  ...expected,
});
