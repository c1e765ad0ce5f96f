import type { Random } from '../random.js';
import type { Act } from '../taiga/recorder.js';
import type { ProjectRow, StatusRow, UserRow } from '../taiga/rows.js';
import type { Taiga } from '../taiga/taiga.js';
import type { Micros } from '../taiga/time.js';
import type { Storyline } from './storyline.js';

/** One request to Taiga, at a moment that is decided later. */
export type Deed = (at: Micros) => void;

/** A possible next step, and its weight for the random choice. */
export type Option = readonly [deed: Deed, weight: number];

/** Adds a deed for one item of a list, chosen at random; nothing for an empty list. */
export type Among = <T>(
  choices: readonly T[],
  deed: (choice: T) => Deed | undefined,
  weight: number,
) => Option;

export const among =
  (random: Random): Among =>
  (choices, deed, weight) =>
    choices.length === 0 || weight <= 0 ? [() => {}, 0] : [(at) => deed(random.pick(choices))?.(at), weight];

/** A team in its project. It decides from the state of its board, without a plan for the year. */
export interface Team {
  readonly project: ProjectRow;
  readonly roster: Roster;
  /** The team's share of all acts. */
  readonly share: number;
  /** Deeds that the calendar requires (a sprint begins), done at once and in this order. */
  due(at: Micros): Deed[];
  /** Possible next steps. */
  options(at: Micros): Option[];
}

/** The members of a team by role. People come and go. */
export class Roster {
  readonly #members: Map<string, UserRow[]>;

  constructor(members: Readonly<Record<string, readonly UserRow[]>>) {
    this.#members = new Map(Object.entries(members).map(([role, users]) => [role, [...users]]));
  }

  in(...roles: readonly string[]): UserRow[] {
    return roles.flatMap((role) => this.#members.get(role) ?? []);
  }

  everybody(): UserRow[] {
    return [...new Set(this.in(...this.#members.keys()))];
  }

  join(user: UserRow, role: string): void {
    this.#members.set(role, [...this.in(role), user]);
  }

  leave(user: UserRow): void {
    for (const [role, users] of this.#members) {
      this.#members.set(
        role,
        users.filter((member) => member.id !== user.id),
      );
    }
  }
}

/** What every team works with. */
export interface Workplace {
  readonly taiga: Taiga;
  readonly random: Random;
  readonly storyline: Storyline;
}

export const actOf = (at: Micros, by: UserRow): Act => ({ at, by });

/** The ids of a project's statuses by their original names. */
export function statusIds(rows: readonly StatusRow[], project: ProjectRow): (name: string) => number {
  const ids = new Map(rows.filter((row) => row.project_id === project.id).map((row) => [row.name, row.id]));
  return (name) => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`${project.name} has no status ${name}`);
    return id;
  };
}

/**
 * Forgotten items. There are always a few, so that boards have stale items; when there are too many, the oldest one is
 * remembered again.
 */
export class Forgotten {
  readonly #ids = new Set<number>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  has(item: { readonly id: number }): boolean {
    return this.#ids.has(item.id);
  }

  add(item: { readonly id: number }): void {
    this.#ids.add(item.id);
    const [oldest] = this.#ids;
    if (this.#ids.size > this.#limit && oldest !== undefined) this.#ids.delete(oldest);
  }

  /** Forgets those that are not open any more. */
  keepOnly(stillOpen: (id: number) => boolean): void {
    for (const id of this.#ids) if (!stillOpen(id)) this.#ids.delete(id);
  }
}

/** The weight of adding to a stock that should be `wanted`: 0 when full, 1 when empty. */
export const lack = (stock: number, wanted: number): number => Math.max(0, 1 - stock / wanted);
