import { expect, it } from 'vitest';
import { stepsAtRandom } from '../history/scenarios/at-random.js';
import { seeds } from '../support/effort.js';
import { type Kit, openKit, type TextRow } from '../support/kit.js';
import { describeOnPostgres } from '../support/postgres.js';
import { Team } from '../support/team.js';

/** What happened, at `at`. */
const EVENTS = ['closing', 'creation', 'deletion', 'reopening', 'start', 'transition', 'unblocking'];
/** What was so from `valid_from` to `valid_to`, while the item was open. */
const OPEN_STAYS = ['open_stay', 'column_stay', 'wip_stay'];
/** What else is told of an item. */
const OTHERS = ['status_stay', 'issue_stay', 'points_stay', 'story_toggle', 'quiet_stay', 'author'];

/** A report about a period reads no item that was closed and had rested when it began. */
describeOnPostgres('whatever a team does, items that rest', (server) => {
  let left = 0;

  it.each(seeds(905, 1))(
    'are not missed in what happened since, nor by other items (seed %i)',
    async (seed) => {
      const team = new Team(seed);
      const kit = await openKit(server().url);
      try {
        team.leavesTraces = true;
        for (let i = 0; i < 40; i++) team.anything();
        const steps = stepsAtRandom(team, 10);
        await team.load(server());
        const moments = [team.now];
        for (const { deed } of steps) {
          await deed();
          await team.write();
          moments.push(team.now);
        }
        await kit.learn(team.now);
        for (const since of moments) {
          const items = await kit.relationRows('project_item', team.now);
          const keys = read(items.filter((row) => isSince(row.rests_from, since)));
          left += new Set(items.map(({ key }) => key)).size - keys.length;
          for (const name of EVENTS)
            expect([name, await rows(kit, name, team.now, keys, (row) => isSince(row.at, since))]).toEqual([
              name,
              await rows(kit, name, team.now, undefined, (row) => isSince(row.at, since)),
            ]);
          for (const name of OPEN_STAYS)
            expect([
              name,
              await rows(kit, name, team.now, keys, (row) => isSince(row.valid_to ?? 'infinity', since)),
            ]).toEqual([
              name,
              await rows(kit, name, team.now, undefined, (row) => isSince(row.valid_to ?? 'infinity', since)),
            ]);
          const isRead = new Set<string | null | undefined>(keys);
          for (const name of OTHERS)
            expect([name, await rows(kit, name, team.now, keys, () => true)]).toEqual([
              name,
              await rows(kit, name, team.now, undefined, ({ key }) => isRead.has(key)),
            ]);
        }
      } finally {
        await team.close();
        await kit.close();
      }
    },
  );

  it('are left out where there are some', () => {
    expect(left).toBeGreaterThan(0);
  });
});

const read = (items: readonly TextRow[]): string[] => [...new Set(items.flatMap(({ key }) => key ?? []))];

const isSince = (time: string | null | undefined, since: string): boolean =>
  time === 'infinity' || Date.parse(time ?? '') >= Date.parse(since);

/** A relation's rows, in an order that says nothing. */
async function rows(
  kit: Kit,
  name: string,
  now: string,
  keys: readonly string[] | undefined,
  isWanted: (row: TextRow) => boolean,
): Promise<string[]> {
  const found = await kit.relationRows(name, now, keys);
  return found
    .filter(isWanted)
    .map((row) => JSON.stringify(row))
    .sort();
}
