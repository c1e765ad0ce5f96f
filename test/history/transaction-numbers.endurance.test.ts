import { describe, expect, it } from 'vitest';
import { collectorsWith, openKit } from '../support/kit.js';
import { fallen, readAll, startLiveReading } from '../support/live-reading.js';
import { hasPostgres, startPGlite, startPostgres } from '../support/postgres.js';
import { TeamWorld } from '../support/team-world.js';

describe.skipIf(!hasPostgres)(
  'a cluster with old transactions (skipped without PostgreSQL on the machine)',
  () => {
    it('tells what changed from what did not, wherever the numbers of transactions are', async () => {
      const server = await startPostgres();
      const kit = await openKit(server.url);
      const world = new TeamWorld(41);
      try {
        for (let i = 0; i < 20; i++) world.anything();
        await world.load(server);
        // Frozen rows keep the number of the transaction that wrote them: here up to more than 2^32 transactions old.
        for (let billions = 1; billions <= 5; billions++) {
          await server.skipTransactions(1e9);
          await world.connect(server);
          const live = startLiveReading(kit);
          const before = await live.read(world.now);
          await live.read(world.now);
          expect([billions, live.itemsRead()]).toEqual([billions, 0]);
          world.addIssue();
          await world.write();
          const after = await live.read(world.now);
          expect([billions, live.itemsRead()]).toEqual([billions, collectorsWith(kit, 'events').length]);
          expect(fallen(before, after)).toEqual([]);
          expect(after).toEqual(await readAll(kit, world.now));
        }
      } finally {
        await world.close();
        await kit.close();
        await server.close();
      }
    }, 120_000);
  },
);

describe('a database that is replaced by another one, restored from a dump', () => {
  it.each([
    ['where fewer transactions were', 3000, 0],
    ['where more transactions were', 3000, 6000],
  ])('is read anew (%s)', async (_where, transactions, transactionsOfOther) => {
    const [first, second] = [await startPGlite(), await startPGlite('', { newCluster: true })];
    const kits = [await openKit(first.url), await openKit(second.url)] as const;
    const world = new TeamWorld(31);
    try {
      for (let i = 0; i < 40; i++) world.anything();
      await world.load(first);
      await useTransactions(first, transactions);
      let current = kits[0];
      const live = startLiveReading({
        ...kits[0],
        database: {
          read: (...query) => current.database.read(...query),
          readTogether: (...queries) => current.database.readTogether(...queries),
          generation: () => 0,
          close: () => current.database.close(),
        },
        reader: {
          readTables: async () => undefined,
          lacking: (names) => current.reader.lacking(names),
          generation: () => 0,
          read: (...query) => current.reader.read(...query),
          readTogether: (...queries) => current.reader.readTogether(...queries),
          readRelation: (...relation) => current.reader.readRelation(...relation),
        },
      });
      const before = await live.read(world.now);
      for (let i = 0; i < 30; i++) world.anything();
      await world.loadElsewhere(second);
      await useTransactions(second, transactionsOfOther);
      current = kits[1];
      const after = await live.read(world.now);
      expect(fallen(before, after)).toEqual([]);
      expect(after).toEqual(await readAll(kits[1], world.now));
    } finally {
      await world.close();
      for (const kit of kits) await kit.close();
      await Promise.all([first.close(), second.close()]);
    }
  });
});

async function useTransactions(
  server: { query(sql: string): Promise<unknown> },
  count: number,
): Promise<void> {
  if (count > 0)
    await server.query(
      `DO $$ BEGIN FOR i IN 1..${count} LOOP PERFORM txid_current(); COMMIT; END LOOP; END $$`,
    );
}
