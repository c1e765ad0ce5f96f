import { type Account, emptyCells } from '../account.js';

/** What an item adds to the numbers of each account. */
export type Contribution = Map<Account, number[]>;

/** What every item adds, by its history key. */
export interface Contributions {
  /** Must be told of each account before anything is added to it. */
  open(account: Account): void;
  /** A copy; empty for an item that is not known. */
  get(key: string): Contribution;
  set(key: string, contribution: Contribution): void;
  keys(): Iterable<string>;
}

/**
 * There are many items, and each adds to few of many numbers. So what an item adds is one short list: the number of a cell
 * among all accounts' cells, and what it holds, wherever that is another amount than in the cell before it. An
 * observation, which counts in all buckets from its own on, takes two such pairs: its bucket and the sum.
 */
export function createContributions(): Contributions {
  /** By number of the cell, whose it is. */
  const owners: Account[] = [];
  const firstCells = new Map<Account, number>();
  const packed = new Map<string, readonly number[]>();

  const pack = (contribution: Contribution): number[] => {
    const pairs: number[] = [];
    for (const [account, amounts] of contribution) {
      const first = firstCells.get(account) ?? 0;
      let before = 0;
      for (const [i, amount] of amounts.entries()) {
        if (amount !== before) pairs.push(first + i, amount);
        before = amount;
      }
    }
    // Without the room that a list keeps to grow.
    return pairs.slice();
  };

  return {
    open(account) {
      firstCells.set(account, owners.length);
      for (let i = 0; i < account.cells.length; i++) owners.push(account);
    },

    get(key) {
      const contribution: Contribution = new Map();
      const pairs = packed.get(key) ?? [];
      for (let i = 0; i < pairs.length; i += 2) {
        const [cell = 0, amount = 0] = [pairs[i], pairs[i + 1]];
        const account = owners[cell];
        if (!account) continue;
        const amounts = contribution.get(account) ?? emptyCells(account);
        contribution.set(account, amounts.fill(amount, cell - (firstCells.get(account) ?? 0)));
      }
      return contribution;
    },

    set(key, contribution) {
      packed.set(key, pack(contribution));
    },

    keys: () => packed.keys(),
  };
}
