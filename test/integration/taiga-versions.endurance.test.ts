import { afterEach, beforeAll, expect, test } from 'vitest';
import { createDatabaseTimeline } from '../../src/backfill/database-timeline.js';
import type { MetricFamily } from '../../src/collectors/families.js';
import type { SqlSource } from '../../src/taiga/sql/query-text.js';
import { exampleTaiga, NOW } from '../support/fixture.js';
import { HANG_MS } from '../support/hang.js';
import { type Kit, openKit } from '../support/kit.js';
import { describeOnPostgres, type TestPostgres } from '../support/postgres.js';
import { downgrade, TAIGA_VERSIONS, type TaigaVersion } from '../support/taiga-versions.js';

/** All that the shipped collectors say: the series of each, and the rows of its past. */
interface Findings {
  readonly off: readonly string[];
  readonly series: Readonly<Record<string, readonly unknown[]>>;
  readonly past: Readonly<Record<string, readonly string[]>>;
}

describeOnPostgres('every version of Taiga', (server) => {
  let kit: Kit | undefined;
  let newest: Findings;

  const findingsOn = async (version: TaigaVersion): Promise<Findings> => {
    await exampleTaiga().load(server());
    await downgrade(server(), version);
    kit = await openKit(server().url);
    return findings(kit, server());
  };

  beforeAll(async () => {
    newest = await findingsOn('6.10');
    await kit?.close();
    kit = undefined;
  });
  afterEach(async () => {
    await kit?.close();
    kit = undefined;
  });

  test('the newest has all there is to find', () => {
    expect(newest.off).toEqual([]);
    const empty = Object.keys(newest.series).filter((name) => newest.series[name]?.length === 0);
    // In the example nobody changed a sprint after it began, and no alert is off.
    expect(empty).toEqual(['disabled_alerts', 'sprint_scope_changes']);
  });

  test.each(TAIGA_VERSIONS)(
    'Taiga %s gives the same numbers, and no shipped collector is off',
    async (version) => {
      const found = await findingsOn(version);
      expect(found.off).toEqual([]);
      for (const [name, series] of Object.entries(newest.series))
        expect({ [name]: found.series[name] }).toEqual({ [name]: series });
      for (const [name, rows] of Object.entries(newest.past))
        expect({ [name]: found.past[name] }).toEqual({ [name]: rows });
    },
  );

  test('the past of a collector that is off is left out, and does not keep back the others', async () => {
    await exampleTaiga().load(server());
    await downgrade(server(), '5.5');
    const opened = await openKit(server().url);
    kit = opened;
    const tellsPast = async (...requires: string[]): Promise<ReadonlySet<string>> => {
      const timeline = createDatabaseTimeline({
        collectors: [{ ...opened.collector('items'), requires }, opened.collector('issues')],
        reader: opened.reader,
        values: opened.values(NOW),
        targetLabels: {},
      });
      for await (const _changes of timeline.changes());
      return new Set(timeline.series.map(({ name }) => name));
    };
    expect(await tellsPast('userstories_userstory.from_task_ref')).toEqual(
      new Set(['taiga_items', 'taiga_issues']),
    );
    expect(await tellsPast('userstories_userstory.swimlane_id')).toEqual(new Set(['taiga_issues']));
  });
});

async function findings({ library, reader, values, families }: Kit, server: TestPostgres): Promise<Findings> {
  const off: string[] = [];
  const series: Record<string, unknown[]> = {};
  const past: Record<string, string[]> = {};
  const keys = (await server.query('SELECT DISTINCT key FROM history_historyentry')).map(({ key }) =>
    String(key),
  );
  const rowsOf = async (
    sql: SqlSource,
    relations: readonly string[],
    wanted: readonly string[] | null,
  ): Promise<string[]> => {
    const rows: string[] = [];
    await reader.read(
      { sql, shipped: true, relations, askedBy: { kind: 'test', name: 'rows' }, timeoutMs: HANG_MS },
      values(NOW, wanted),
      (_columns, batch) => rows.push(...batch.map((row) => JSON.stringify(row))),
    );
    return rows.sort();
  };
  for (const { name, requires, relations, spans, events } of library.collectors) {
    if ((await reader.lacking(requires)).length > 0) {
      off.push(name);
      continue;
    }
    series[name] = (await families(name, NOW)).flatMap(seriesOf);
    if (spans) past[name] = await rowsOf(spans, relations, null);
    if (events) {
      past[name] = await rowsOf(events, relations, null);
      past[`${name} by key`] = await rowsOf(events, relations, keys);
    }
  }
  return { off, series, past };
}

function seriesOf(family: MetricFamily): unknown[] {
  const found = 'values' in family ? family.values : family.distributions;
  return [...found].map(([labels, value]) => [family.metric.name, labels, value]).sort();
}
