import pino from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { changeSql, generateSql } from '../../bench/generate.js';
import { taigaSchemaSql } from '../../src/demo/schema.js';
import { startService } from '../../src/main/service.js';
import { hasPostgres, startPostgres } from '../support/postgres.js';
import { folderWith } from '../unit/helpers.js';

const PROJECTS = 100;
/** User stories, tasks, and issues, in each project. */
const OF_EACH_KIND = 33;
/** Each item has moved four times. */
const MOVES = PROJECTS * 3 * OF_EACH_KIND * 4;

/** The values of a metric by one of its labels, as `/metrics` has them. */
function valuesBy(text: string, metric: string, label: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const [, labels = '', value] of text.matchAll(new RegExp(`^${metric}\\{(.*)\\} (\\S+)$`, 'gm')))
    values.set(new RegExp(`${label}="([^"]*)"`).exec(labels)?.[1] ?? '', Number(value));
  return values;
}

describe.skipIf(!hasPostgres)('a hundred projects (skipped without PostgreSQL)', () => {
  test('are served whole by every collector, with the default settings, and followed', async () => {
    const postgres = await startPostgres();
    onTestFinished(() => postgres.close());
    await postgres.query(taigaSchemaSql);
    await postgres.query(
      generateSql({ projects: PROJECTS, itemsPerProject: 3 * OF_EACH_KIND, entriesPerItem: 5 }),
    );
    const folder = await folderWith({
      'bugflow.yaml': `database: { url: "${postgres.url}", allow_superuser: true }\nlisten: 127.0.0.1:0\nnew_series_zero_for: 0s\n`,
    });
    const log = pino({ level: 'silent' });
    const source = { file: `${folder}/bugflow.yaml`, env: {} };
    const service = await startService({ source, log, version: 'test', port: 0 });
    onTestFinished(() => service.close());
    const read = async (): Promise<string> => (await fetch(`${service.address}/metrics`)).text();
    await expect.poll(async () => (await fetch(`${service.address}/-/ready`)).status).toBe(200);

    await expect
      .poll(async () =>
        [...valuesBy(await read(), 'bugflow_collector_up', 'collector')].filter(([, up]) => up !== 1),
      )
      .toEqual([]);
    const text = await read();
    expect(valuesBy(text, 'taiga_project_info', 'project').size).toBe(PROJECTS);
    expect(new Set(createdIssues(text))).toEqual(new Set([OF_EACH_KIND]));
    expect(createdIssues(text)).toHaveLength(PROJECTS);
    expect(moves(text)).toBe(MOVES);

    await postgres.query(changeSql(50));
    await expect.poll(async () => moves(await read())).toBe(MOVES + 50);
  });
});

function createdIssues(text: string): number[] {
  return [...text.matchAll(/^taiga_items_created_total\{project="[^"]*",kind="issue"\} (\d+)$/gm)].map(
    ([, value]) => Number(value),
  );
}

function moves(text: string): number {
  return [...text.matchAll(/^taiga_status_transitions_total\{.*\} (\d+)$/gm)].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}
