import { type Account, emptyCells } from '../account.js';
import { createPackedLists } from './packed-lists.js';

/** What an item adds to the numbers of each account. */
export type Contribution = Map<Account, number[]>;

/** What every item adds, by the item's number. */
export interface Contributions {
  /** Must be told of each account before anything is added to it. */
  open(account: Account): void;
  /** A copy; empty for an item that is not known. */
  get(item: number): Contribution;
  set(item: number, contribution: Contribution): void;
  remove(item: number): void;
  /** To which any item adds, if only nothing; one after another, and often the same ones. */
  accounts(): Iterable<Account>;
}

/**
 * There are many items, and each adds to few of many numbers. So what an item adds is one short list: the number of a cell
 * among all accounts' cells, and what it holds, wherever that is another amount than in the cell before it. An
 * observation, which counts in all buckets from its own on, takes two such pairs: its bucket and the sum. All amounts are
 * whole numbers, as totals are counted in thousandths.
 */
export function createContributions(): Contributions {
  /** By number of the cell, whose it is. */
  const owners: Account[] = [];
  const firstCells = new Map<Account, number>();
  const packed = createPackedLists();

  const pack = (contribution: Contribution): number[] => {
    const pairs: number[] = [];
    for (const [account, amounts] of contribution) {
      const first = firstCells.get(account) ?? 0;
      const { length } = pairs;
      let before = 0;
      for (const [i, amount] of amounts.entries()) {
        if (amount !== before) pairs.push(first + i, amount);
        before = amount;
      }
      // Nothing, too, opened the account.
      if (pairs.length === length) pairs.push(first, 0);
    }
    return pairs;
  };

  return {
    open(account) {
      firstCells.set(account, owners.length);
      for (let i = 0; i < account.cells.length; i++) owners.push(account);
    },

    get(item) {
      const contribution: Contribution = new Map();
      const pairs = packed.get(item);
      for (let i = 0; i < pairs.length; i += 2) {
        const [cell = 0, amount = 0] = [pairs[i], pairs[i + 1]];
        const account = owners[cell];
        if (!account) continue;
        const amounts = contribution.get(account) ?? emptyCells(account);
        contribution.set(account, amounts.fill(amount, cell - (firstCells.get(account) ?? 0)));
      }
      return contribution;
    },

    set: (item, contribution) => packed.set(item, pack(contribution)),
    remove: packed.remove,
    *accounts() {
      for (const item of packed.indexes()) {
        const pairs = packed.get(item);
        for (let i = 0; i < pairs.length; i += 2) {
          const account = owners[pairs[i] ?? 0];
          if (account) yield account;
        }
      }
    },
  };
}
