import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { freePort } from '../../backfill/servers.js';
import { ROOT } from '../../support/bugflow.js';
import type { Engine } from './engine.js';

/** What `docker compose up` needs of a checkout, beside what the image is built of. */
const NEEDED = ['docker-compose.yml', 'Dockerfile', '.dockerignore', 'compose', 'alerting'];
const PORTS = ['EXPORTER_PORT', 'PROMETHEUS_PORT', 'ALERTMANAGER_PORT', 'GRAFANA_PORT'] as const;

export interface ContainerState {
  readonly service: string;
  readonly running: boolean;
  readonly exitCode: number;
  /** Undefined where nothing is checked. */
  readonly health: string | undefined;
  readonly restarts: number;
  readonly image: string;
}

/** The stack, brought up from the very files of the checkout in a folder of its own. */
export interface ComposeProject {
  readonly folder: string;
  url(port: (typeof PORTS)[number], path: string): string;
  compose(...args: string[]): Promise<string>;
  containers(): Promise<ContainerState[]>;
  remove(): void;
}

export async function createProject(
  engine: Engine,
  settings: Readonly<Record<string, string>> = {},
): Promise<ComposeProject> {
  const folder = mkdtempSync(join(tmpdir(), 'bugflow-compose-'));
  for (const name of [...NEEDED, ...builtOf()])
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  const dashboards = join(folder, 'dashboards/json');
  mkdirSync(dashboards, { recursive: true });
  if (!readdirSync(dashboards).some((name) => name.endsWith('.json'))) writeStandInDashboard(dashboards);
  const ports = Object.fromEntries(
    await Promise.all(PORTS.map(async (port) => [port, String(await freePort())] as const)),
  );
  const lines = Object.entries({ ...ports, ...settings }).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), lines.join(''));
  const project = `bugflow${process.pid}`;
  const compose: ComposeProject['compose'] = (...args) =>
    engine.compose(folder, ['--project-name', project, ...args]);
  return {
    folder,
    url: (port, path) => `http://127.0.0.1:${ports[port]}${path}`,
    compose,
    async containers() {
      const ids = (await compose('ps', '--quiet')).split('\n').filter((id) => id !== '');
      if (ids.length === 0) return [];
      return inspected
        .parse(JSON.parse(await engine.docker(['inspect', ...ids])))
        .map(({ Config, State, RestartCount }) => ({
          service: Config.Labels['com.docker.compose.service'] ?? '',
          running: State.Running,
          exitCode: State.ExitCode,
          health: State.Health?.Status,
          restarts: RestartCount,
          image: Config.Image,
        }));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What `.dockerignore` lets into the image, so that there is one list of it. */
function builtOf(): string[] {
  const lines = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
}

const inspected = z.array(
  z.object({
    Config: z.object({ Image: z.string(), Labels: z.record(z.string(), z.string()) }),
    State: z.object({
      Running: z.boolean(),
      ExitCode: z.number(),
      Health: z.object({ Status: z.string() }).optional(),
    }),
    RestartCount: z.number(),
  }),
);

/** Where the checkout has none yet. */
function writeStandInDashboard(folder: string): void {
  const wall = {
    ...{
      uid: 'bugflow-team-wall',
      title: 'Team wall',
      tags: ['taiga-bugflow'],
      schemaVersion: 39,
      panels: [],
    },
    templating: { list: [{ name: 'project', type: 'query', multi: true, includeAll: true }] },
  };
  writeFileSync(join(folder, 'team-wall.json'), JSON.stringify(wall));
}
