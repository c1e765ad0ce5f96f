import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../src/main/service.js';
import { SITUATIONS } from '../alerting/situations.js';
import { COMMITTED } from '../dashboards/dashboards.js';
import { addressOf, type Chosen, linksOf } from '../dashboards/links.js';
import { createFolder, type Folder } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { startEitherPostgres, type TestPostgres } from '../support/postgres.js';
import { twoProjects } from './two-projects.js';

interface Answer {
  readonly status: number;
  readonly text: string;
}

let server: TestPostgres;
let folder: Folder;
let service: Service;
/** Several links lead to the same page. */
const asked = new Map<string, Promise<Answer>>();

beforeAll(async () => {
  server = await startEitherPostgres();
  await twoProjects().load(server);
  folder = createFolder();
  service = await startService({
    source: {
      file: folder.write('bugflow.yaml', 'database: { allow_superuser: true }\n'),
      env: { TAIGA_DATABASE_URL: server.url },
    },
    log: pino({ level: 'silent' }),
    version: '1.2.3',
    port: 0,
  });
  await eventually(async () => expect((await get('/reports/week')).status).not.toBe(503));
});
afterAll(async () => {
  await service?.close();
  folder?.remove();
  await server?.close();
});

async function get(path: string): Promise<Answer> {
  const answer = await fetch(service.address + path);
  return { status: answer.status, text: await answer.text() };
}

/** A page with the projects that were asked for, and the section that the address leads to. */
async function expectPage(address: string, projects: readonly string[]): Promise<void> {
  const { pathname, search, hash } = new URL(address);
  const path = pathname + search;
  const answer = asked.get(path) ?? get(path);
  asked.set(path, answer);
  const { status, text } = await answer;
  expect([address, status]).toEqual([address, 200]);
  expect(text, address).toContain(`<p class="soft">${projects.join(', ')} – `);
  if (hash !== '') expect(text, address).toContain(`<section class="card" id="${hash.slice(1)}">`);
}

const MARCH: Pick<Chosen, 'fromMs' | 'toMs' | 'sprintFrom' | 'sprintTo'> = {
  fromMs: Date.parse('2026-03-01T00:00:00Z'),
  toMs: Date.parse('2026-03-15T19:59:59.123Z'),
  sprintFrom: '1772323200000',
  sprintTo: '1773500000000.25',
};
const ALL = ['lanes', 'shop'];

describe.each(COMMITTED.map((committed) => [committed.name, committed] as const))(
  'the dashboard %s leads to pages that there are',
  (_, committed) => {
    const { dashboard } = committed;
    const links = linksOf(committed).filter(({ url }) => url.includes('/reports/'));
    const multi = dashboard.templating.list?.find(({ name }) => name === 'project')?.multi ?? false;

    it.each<[string, readonly string[] | undefined, boolean]>([
      ['one project', ['shop'], false],
      ...(multi ? [['several', ALL, false] satisfies [string, readonly string[], boolean]] : []),
      ['all', undefined, false],
      ['all, before Grafana 11', undefined, true],
    ])('about %s', async (__, projects, isOld) => {
      for (const link of links) {
        const chosen = { ...MARCH, exporter: service.address, projects, isOld };
        const isAboutOne = link.url.includes('/reports/sprint?');
        await expectPage(
          addressOf(link, dashboard, chosen),
          projects ?? (isAboutOne ? ALL.slice(0, 1) : ALL),
        );
      }
    });
  },
);

it.each(SITUATIONS.map(({ alert, report }) => [alert, report] as const))(
  '%s leads to a page that there is',
  async (_, report) => {
    await expectPage(`${service.address}/reports/${report}`, ['shop']);
  },
);

it('a project of an address can be named in both ways, and none that there is not', async () => {
  const day = 'from=2026-03-13&to=2026-03-13';
  await expectPage(`${service.address}/reports/week?project=shop&var-project=lanes&${day}`, ALL);
  const { status, text } = await get(`/reports/week?var-project=%3Cscript%3E&${day}`);
  expect(status).toBe(400);
  expect(text).toContain('there is no project');
  expect(text.match(/<script/g)).toHaveLength(1);
});
