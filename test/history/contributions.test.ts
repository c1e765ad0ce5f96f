import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openAccount } from '../../src/collectors/account.js';
import { type Contribution, createContributions } from '../../src/collectors/events/contributions.js';
import { metric } from '../unit/helpers.js';

const ITEMS = [0, 1, 1000];
const COUNTER = metric({ name: 'closed_total', type: 'counter' });
const HISTOGRAM = metric({ name: 'lead_seconds', type: 'histogram', buckets: [1, 2, 3] });
const ACCOUNTS = Array.from({ length: 6 }, (_, i) =>
  openAccount(i % 2 === 0 ? COUNTER : HISTOGRAM, String(i), true),
);

/** Any numbers at all, more often those of cumulated buckets. */
const amounts = (count: number): fc.Arbitrary<number[]> =>
  fc.oneof(
    fc.array(fc.oneof(fc.nat(3), fc.maxSafeNat()), { minLength: count, maxLength: count }),
    fc
      .array(fc.nat(2), { minLength: count, maxLength: count })
      .map((all) => all.map((_, i) => all.slice(0, i + 1).reduce((sum, each) => sum + each, 0))),
  );
const contribution: fc.Arbitrary<Contribution> = fc
  .record(Object.fromEntries(ACCOUNTS.map(({ cells }, i) => [i, amounts(cells.length)])), {
    requiredKeys: [],
  })
  .map((record) => new Map(ACCOUNTS.flatMap((account, i) => (record[i] ? [[account, record[i]]] : []))));

test('what each item adds is kept to the last number, nothing too, whoever else adds', () => {
  const step = fc.tuple(fc.constantFrom(...ITEMS), contribution);
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const contributions = createContributions();
      for (const account of ACCOUNTS) contributions.open(account);
      const expected = new Map<number, Contribution>();
      for (const [item, each] of steps) {
        if (each.size > 0) contributions.set(item, each);
        else contributions.remove(item);
        expected.set(item, each);
        for (const known of ITEMS) expect(contributions.get(known)).toEqual(expected.get(known) ?? new Map());
      }
      const accounts = [...expected.values()].flatMap((each) => [...each.keys()]);
      expect(new Set(contributions.accounts())).toEqual(new Set(accounts));
    }),
  );
});

test('what is given out may be changed, which changes nothing here', () => {
  const contributions = createContributions();
  const [account] = ACCOUNTS;
  if (!account) throw new Error('there are accounts');
  contributions.open(account);
  contributions.set(1, new Map([[account, [5]]]));
  contributions.get(1).set(account, [7]);
  expect(contributions.get(1)).toEqual(new Map([[account, [5]]]));
});
