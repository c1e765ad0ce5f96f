import { execFile } from 'node:child_process';
import { chmod, cp, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isInstalled } from '../backfill/servers.js';
import { bugflow, ROOT } from '../support/bugflow.js';
import { exampleTaiga } from '../support/fixture.js';
import { type Cluster, hasPostgres, startPostgres } from '../support/postgres.js';
import { folderWith } from '../unit/helpers.js';

const run = promisify(execFile);

/** Does what `docker exec --interactive CONTAINER psql …` does, with a server of this machine. */
const DOCKER = `#!/bin/sh
[ "$1 $2 $3 $4" = "exec --interactive taiga-db psql" ] || exit 9
shift 4
exec psql "$@"
`;

describe.skipIf(!hasPostgres || !isInstalled('psql'))(
  'compose/taiga-role.sh (skipped without PostgreSQL and psql on the machine)',
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startPostgres();
      await exampleTaiga().load(cluster);
    });
    afterAll(() => cluster?.close());

    test('makes a role that may read what is needed and no more, and can be run again', async () => {
      const folder = await folderWith({ 'bin/docker': DOCKER });
      await chmod(join(folder, 'bin/docker'), 0o755);
      await cp(join(ROOT, 'compose'), join(folder, 'compose'), { recursive: true });
      const { hostname, port, username, password: secret, pathname } = new URL(cluster.url);
      const database = pathname.slice(1);
      const make = () =>
        run('sh', [join(folder, 'compose/taiga-role.sh'), 'taiga-db', username, database], {
          env: {
            PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
            PGHOST: hostname,
            PGPORT: port,
            PGPASSWORD: decodeURIComponent(secret),
          },
        });
      const { stdout } = await make();
      const file = join(folder, 'secrets/taiga-database-password');
      const password = await readFile(file, 'utf8');
      expect(password).toMatch(/^[0-9a-f]{36}$/);
      expect(stdout).toContain('secrets/taiga-database-password');
      expect(stdout).not.toContain(password);
      expect((await stat(join(folder, 'secrets'))).mode & 0o777).toBe(0o700);

      await make();
      expect(await readFile(file, 'utf8')).toBe(password);
      const url = `postgres://bugflow:${password}@${hostname}:${port}/${database}`;
      const { status, stderr } = await bugflow(['collect'], { TAIGA_DATABASE_URL: url });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        await expect(client.query('SELECT password FROM users_user')).rejects.toThrow(/permission denied/);
        await expect(client.query("UPDATE projects_project SET name = ''")).rejects.toThrow();
      } finally {
        await client.end();
      }
    });

    test('says what to do where no container is found', async () => {
      const folder = await folderWith({ 'bin/docker': '#!/bin/sh\n' });
      await chmod(join(folder, 'bin/docker'), 0o755);
      await cp(join(ROOT, 'compose'), join(folder, 'compose'), { recursive: true });
      const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
      await expect(run('sh', [join(folder, 'compose/taiga-role.sh')], { env })).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(
          /^taiga-role\.sh: no container .* start taiga-docker, or name the container\n$/,
        ),
      });
    });
  },
);

test('the role is the one that the documentation explains', async () => {
  const grants = (text: string): string[] =>
    [...text.matchAll(/^GRANT (?!CONNECT)[^;]+;/gm)].map(([statement]) => statement.replaceAll(/\s+/g, ' '));
  const script = grants(await readFile(join(ROOT, 'compose/taiga-role.sql'), 'utf8'));
  expect(script).toHaveLength(3);
  expect(script).toEqual(grants(await readFile(join(ROOT, 'docs/database.md'), 'utf8')).slice(0, 3));
});
