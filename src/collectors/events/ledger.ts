import type { Column, Row } from '../../database/database.js';
import type { ItemNumbers } from '../../taiga/changes/item-numbers.js';
import { type Account, addValue, emptyCells, growCell } from '../account.js';
import { createAccumulator } from '../accumulator.js';
import type { CollectorDefinition } from '../definition.js';
import type { MetricFamily } from '../families.js';
import { locateKey } from '../row-values.js';
import { type Contribution, createContributions } from './contributions.js';

/**
 * What all events up to now add up to, item by item. An item that changed is read again as a whole and takes the place
 * of what it contributed before: so nothing is counted twice, however often and in whatever slices items are read.
 */
export interface EventLedger {
  /** Begins to read the events of these items. Readings of different items can go on side by side. */
  begin(keys: readonly string[]): LedgerReading;
  /** Opens the series that rows of `zeros` name. @throws BugflowError */
  open(columns: readonly Column[], rows: readonly Row[]): void;
  /** The totals of all readings that were committed. */
  finish(): MetricFamily[];
  /** Takes out what these items contributed, and the series that only they have. */
  leaveOut(keys: Iterable<string>): void;
}

/** Nothing of it counts before it is committed. */
export interface LedgerReading {
  /** @throws BugflowError when a row cannot be right. */
  add(columns: readonly Column[], rows: readonly Row[]): void;
  /** True if that changed anything. @throws BugflowError */
  commit(): boolean;
}

/** Several ledgers can share the numbers of items. */
export function createEventLedger(definition: CollectorDefinition, items: ItemNumbers): EventLedger {
  const contributions = createContributions();
  const accumulator = createAccumulator(definition, 'events', (account) => {
    contributions.open(account);
    opened = true;
  });
  let keyIndex: number | undefined;
  /** Whether there are series that were not there at the last commit. */
  let opened = false;

  return {
    begin(keys) {
      const wanted = new Set(keys.map(items.of));
      /** By the item's number. */
      const read = new Map<number, Contribution>();
      return {
        add(columns, rows) {
          accumulator.expect(columns);
          keyIndex ??= locateKey(definition, columns);
          for (const row of rows) {
            const item = items.find(row[keyIndex] ?? '');
            // Others are read along only because an item depends on them.
            if (item === undefined || !wanted.has(item)) continue;
            const contribution = read.get(item) ?? new Map<Account, number[]>();
            read.set(item, contribution);
            accumulator.read(row, (account, value) => {
              const amounts = contribution.get(account) ?? emptyCells(account);
              contribution.set(account, amounts);
              addValue(account, amounts, value);
            });
          }
        },

        commit() {
          let changed = opened;
          opened = false;
          for (const [item, now] of read) {
            if (now.size === 0) continue;
            const known = contributions.get(item);
            try {
              for (const [account, amounts] of now) {
                const before = known.get(account) ?? emptyCells(account);
                known.set(account, before);
                if (replace(account, before, amounts)) changed = true;
              }
            } finally {
              // Also what an account took in before one refused.
              contributions.set(item, known);
            }
          }
          return changed;
        },
      };
    },

    open: accumulator.open,
    finish: accumulator.families,

    leaveOut(keys) {
      const orphans = new Set<Account>();
      for (const key of keys) {
        const item = items.find(key);
        if (item === undefined) continue;
        for (const [account, amounts] of contributions.get(item)) {
          for (const [i, amount] of amounts.entries()) growCell(account, i, -amount);
          orphans.add(account);
        }
        contributions.remove(item);
      }
      for (const account of contributions.accounts()) {
        if (orphans.size === 0) return;
        orphans.delete(account);
      }
      accumulator.close(orphans);
    },
  };
}

/**
 * Puts what an item contributes now in the place of what it did before; true if the account grew. A counter never
 * falls, even should an item's past look different on a second reading.
 */
function replace(account: Account, before: number[], now: readonly number[]): boolean {
  let grew = false;
  for (let i = 0; i < now.length; i++) {
    const amount = now[i] ?? 0;
    const growth = amount - (before[i] ?? 0);
    if (growth <= 0) continue;
    growCell(account, i, growth);
    before[i] = amount;
    grew = true;
  }
  return grew;
}
