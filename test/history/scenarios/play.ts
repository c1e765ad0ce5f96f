import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EveryReading } from '../../support/every-reading.js';
import { openKit } from '../../support/kit.js';
import { type Cluster, hasPostgres, startPostgres, type TestPostgres } from '../../support/postgres.js';
import { Team } from '../../support/team.js';
import { type Scenario, type Scenarios, step } from './scenario.js';

/** A test for each scenario, on a PostgreSQL of their own. */
export function playAll(scenarios: Scenarios, firstSeed: number): void {
  describe.skipIf(!hasPostgres)(
    'every reading says the same (skipped without PostgreSQL on the machine)',
    () => {
      let server: Cluster;
      beforeAll(async () => {
        server = await startPostgres();
      });
      afterAll(() => server?.close());

      it.each(Object.entries(scenarios))('%s', (name, scenario) =>
        play(server, Object.keys(scenarios).indexOf(name) + firstSeed, scenario),
      );
    },
  );
}

/** Takes the steps one by one; after each of them every reading must say the same. */
async function play(server: TestPostgres, seed: number, scenario: Scenario): Promise<void> {
  const team = new Team(seed);
  const kit = await openKit(server.url);
  const read = new EveryReading(kit);
  try {
    // It has been at it for a while; all columns are left to the scenario.
    team.leavesTraces = true;
    for (let i = 0; i < 15; i++) team.anything();
    team.leavesTraces = false;
    const steps = scenario(team);
    await team.load(server);
    let recordsTell = true;
    for (const { what, deed, ...expected } of [step('at the beginning', () => undefined), ...steps]) {
      await deed();
      await team.write();
      // What records do not tell, they do not tell afterwards either.
      recordsTell &&= expected.recordsTell ?? true;
      const found = await read.compare(team.now, { recordsTell, loses: expected.loses ?? false });
      expect([what, found]).toEqual([what, {}]);
    }
  } finally {
    await team.close();
    await kit.close();
  }
}
