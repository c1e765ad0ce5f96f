import { monthsBefore } from '../../src/demo/demo-taiga.js';
import { type Folded, fold } from '../../src/demo/postgres/fold.js';
import type { TableName, Tables } from '../../src/demo/taiga/rows.js';
import { microsOf } from '../../src/demo/taiga/time.js';
import { Simulation } from '../../src/demo/team/simulation.js';

/** A moment in the middle of a sprint, on a Wednesday. */
export const now = new Date('2026-03-18T15:20:00Z');

/** The rows of a simulated past, without a database. */
export class Past {
  readonly #rows: Folded;

  constructor(rows: Folded) {
    this.#rows = rows;
  }

  /** The rows of `months` that end at `until`. */
  static of(seed: number, until: Date = now, months = 12): Past {
    const from = monthsBefore(until, months);
    const simulation = new Simulation(seed, { from: microsOf(from), to: microsOf(until) });
    simulation.liveUntil(microsOf(until));
    return new Past(fold(simulation.takeChanges()));
  }

  rows<T extends TableName>(table: T): readonly Tables[T][] {
    return (this.#rows[table] ?? []) as readonly Tables[T][];
  }

  byId<T extends TableName>(table: T): ReadonlyMap<number | string, Tables[T]> {
    return new Map(this.rows(table).map((row) => [row.id, row]));
  }

  /** History by key, each in order of time. */
  histories(): ReadonlyMap<string, readonly Tables['history_historyentry'][]> {
    const byKey = new Map<string, Tables['history_historyentry'][]>();
    for (const row of this.rows('history_historyentry')) {
      const known = byKey.get(row.key);
      if (known === undefined) byKey.set(row.key, [row]);
      else known.push(row);
    }
    for (const rows of byKey.values()) rows.sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
    return byKey;
  }

  text(): string {
    return JSON.stringify(this.#rows);
  }
}
