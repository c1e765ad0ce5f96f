import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createGrafanaClient } from '../../src/grafana/client.js';
import type { LoginFiles } from '../../src/config/login-files.js';
import { readCredentials } from '../../src/grafana/credentials.js';
import { loadInstallation } from '../../src/main/installation.js';
import { createFileWatch } from '../../src/server/web-config/file-watch.js';
import { readWebFile } from '../../src/server/web-config/web-file.js';
import { hasNotify, openNotifySocket } from '../supervisor/systemd.js';
import { bugflow, createFolder, type Folder, startServiceProcess } from '../support/bugflow.js';
import { eventually } from '../support/eventually.js';
import { exampleTaiga } from '../support/fixture.js';
import { startGrafanaServer } from '../support/grafana-server.js';
import { type Cluster, freePort, hasPostgres, startPostgres } from '../support/postgres.js';
import { hasOpenSsh, type OpenSsh, startOpenSsh } from '../ssh/openssh.js';
import { startPasswordServer } from '../ssh/password-server.js';
import { MISTAKES, WEB_MISTAKES } from './mistakes.js';
import { SECRETS, secretFiles, secretsIn } from './secrets.js';

const ENVIRONMENT = {
  VARIABLE: SECRETS.variable,
  TAIGA_DATABASE_URL: `postgres://bugflow:${encodeURIComponent(SECRETS.environmentUrlPassword)}@127.0.0.1:1/taiga`,
};

function createPlantedFolder(): Folder {
  const folder = createFolder();
  for (const [name, text] of Object.entries(secretFiles())) folder.write(name, text);
  return folder;
}

it.each(Object.entries(SECRETS))('%s would be found in any spelling', (name, secret) => {
  const spellings = [
    secret,
    secret.toUpperCase(),
    encodeURIComponent(secret),
    JSON.stringify(secret),
    ...['', 'a', 'ab', 'bugflow:'].map((before) => Buffer.from(before + secret).toString('base64')),
    Buffer.from(secret).toString('hex'),
  ];
  for (const spelling of spellings) expect(secretsIn(`… ${spelling} …`)).toEqual([name]);
  expect(secretsIn('Pl4nt, and nothing else')).toEqual([]);
});

describe('a mistake in the configuration shows no secret:', () => {
  let folder: Folder;
  beforeAll(() => {
    folder = createPlantedFolder();
  });
  afterAll(() => folder.remove());

  it.each(Object.entries(MISTAKES))('%s', async (_title, text) => {
    const file = folder.write('bugflow.yaml', text);
    const outcome = await loadInstallation({ file, env: ENVIRONMENT }).then(
      () => undefined,
      (error: Error) => error,
    );
    // Each of them is a mistake, or it would try out nothing.
    expect(outcome?.message).toMatch(/bugflow\.yaml|secret/);
    expect(secretsIn(outcome?.message ?? '')).toEqual([]);
    // Neither would whoever prints the whole of it, but for what caused it.
    expect(secretsIn(outcome?.stack ?? '')).toEqual([]);
  });
});

describe('a mistake in the web configuration file shows no secret:', () => {
  it.each(Object.entries(WEB_MISTAKES))('%s', async (_title, text) => {
    const folder = createPlantedFolder();
    onTestFinished(() => folder.remove());
    const outcome = await readWebFile(folder.write('bad.yaml', text), createFileWatch()).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(outcome?.message).toMatch(/bad\.yaml:\d+: /);
    expect(secretsIn(`${outcome?.message} ${outcome?.stack}`)).toEqual([]);
  });
});

describe('the command line shows no secret:', () => {
  let folder: Folder;
  let file: string;
  beforeAll(() => {
    folder = createPlantedFolder();
  });
  afterAll(() => folder.remove());

  const nowhere = (query: string): string =>
    `database: { url: "postgres://bugflow:${encodeURIComponent(SECRETS.urlPassword)}@127.0.0.1:1/taiga${query}" }`;

  it.each([
    ['only the environment', undefined, /nothing listens there/],
    ['a URL', nowhere(''), /nothing listens there/],
    ['a URL in a file', 'database: { url_file: ./url }', /nothing listens there/],
    [
      'a URL and a password in a file',
      `${nowhere('').slice(0, -2)}, password_file: ./password }`,
      /nothing listens there/,
    ],
    ['a URL with a setting that means nothing', nowhere('?sslmode=nonsense'), /./],
    ['a URL with a certificate that is not there', nowhere('?sslrootcert=/nowhere/ca'), /./],
    ['a URL with another host', nowhere('?host=/nowhere'), /./],
    ['a URL with a port that is none', nowhere('?port=nonsense'), /./],
    ['a mistake', MISTAKES['a variable for an address'], /is not an address/],
  ])('%s', async (_title, text, message) => {
    file = folder.write('bugflow.yaml', text ?? '');
    const commands = [['check'], ['collect', 'items'], ['backfill', '--from', '2026-01-01', '--dry-run']];
    const outcomes = await Promise.all(
      commands.map((command) => bugflow(['-c', file, ...command], ENVIRONMENT)),
    );
    for (const { status, stdout, stderr } of outcomes) {
      expect(status).toBe(1);
      expect(stderr).toMatch(message);
      expect(secretsIn(stdout + stderr)).toEqual([]);
    }
  });
});

describe('what stands in the place of Grafana quotes all that it gets, and no secret shows:', () => {
  let folder: Folder;
  beforeAll(() => {
    folder = createPlantedFolder();
  });
  afterAll(() => folder.remove());
  const path = (name: string): string => folder.write(name, secretFiles()[name] ?? '');

  it.each([
    [401, 'application/json'],
    [403, 'application/json'],
    [422, 'application/json'],
    [429, 'text/html'],
    [404, 'text/html'],
    [200, 'text/html'],
    [200, 'text/plain'],
  ])('%i %s', async (status, type) => {
    const server = await startGrafanaServer({
      before: ({ headers, url }) => {
        if (url === '/api/health') return undefined;
        const quoted = `${JSON.stringify(headers)} ${Buffer.from(headers.authorization?.slice(6) ?? '', 'base64')}`;
        const text = type === 'application/json' ? JSON.stringify({ message: quoted }) : `<${type}>${quoted}`;
        return { status, text, headers: { 'retry-after': '600' } };
      },
    });
    onTestFinished(() => server.close());
    const logins: LoginFiles[] = [
      { tokenFile: path('grafana-token') },
      { user: 'Ünal', passwordFile: path('grafana-password') },
    ];
    for (const login of logins) {
      const printed: string[] = [];
      const client = createGrafanaClient({
        url: server.url,
        credentials: await readCredentials(login),
        waitMs: 0,
        print: (line) => void printed.push(line),
      });
      // Which of the requests meets it does not matter.
      const asked = client
        .contact()
        .then(() => client.ask({ method: 'GET', path: '/api/folders', to: 'look' }));
      const outcome = await asked.then(
        () => undefined,
        (error: Error) => error,
      );
      expect(outcome?.message).toMatch(/Grafana|look|log in|not accept/);
      expect(secretsIn(`${printed} ${outcome?.message} ${outcome?.stack} ${outcome?.cause}`)).toEqual([]);
    }
  });

  it('a file with two tokens', async () => {
    const outcome = await readCredentials({ tokenFile: path('two-grafana-tokens') }).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(outcome?.message).toMatch(/this is not a token|has more than one line/);
    expect(secretsIn(`${outcome?.message} ${outcome?.stack}`)).toEqual([]);
  });
});

describe.skipIf(!hasPostgres || !hasOpenSsh)(
  'the running service shows no secret (skipped without PostgreSQL and OpenSSH server on the machine)',
  () => {
    let cluster: Cluster;
    let sshd: OpenSsh;
    let folder: Folder;

    beforeAll(async () => {
      folder = createPlantedFolder();
      [cluster, sshd] = await Promise.all([startPostgres(), startOpenSsh()]);
      await exampleTaiga().load(cluster);
      await cluster.query(`CREATE ROLE bugflow LOGIN PASSWORD ${literal(SECRETS.passwordFile)}`);
      await cluster.query('GRANT USAGE ON SCHEMA public TO bugflow');
      await cluster.query('GRANT SELECT ON ALL TABLES IN SCHEMA public TO bugflow');
      // Its tables may be read, but for one.
      await cluster.query('REVOKE SELECT ON users_user FROM bugflow');
      for (const [name, passphrase] of Object.entries({
        one: SECRETS.passphrase,
        two: SECRETS.passphraseFile,
      })) {
        const key = sshd.path(name);
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', key]);
        appendFileSync(sshd.path('authorized_keys'), readFileSync(`${key}.pub`));
      }
      folder.write('own.yaml', OWN);
    });
    afterAll(async () => {
      await Promise.all([cluster?.close(), sshd?.close()]);
      folder?.remove();
    });

    const database = (password: string, extra = ''): string =>
      `database: { url: ${JSON.stringify(cluster.urlWith({ user: 'bugflow', password }).replace(':@', '@'))}${extra} }`;
    const ssh = (keys: Readonly<Record<string, string | number>>): string => {
      const all = { host: '127.0.0.1', port: sshd.port, host_key: sshd.hostKey().fingerprint, ...keys };
      return `ssh: ${JSON.stringify(all)}`;
    };
    const config = (...sections: string[]): string =>
      [
        ...sections,
        'web: { config_file: ./web.yaml }',
        'log_level: debug',
        'reload_endpoint: true',
        'collectors: [./own.yaml]',
        QUICK,
      ].join('\n');

    it('whatever goes wrong', async () => {
      const asking = await startPasswordServer(readFileSync(sshd.path('host_key')), 'password', 'another');
      onTestFinished(() => asking.close());
      const socket = hasNotify ? await openNotifySocket() : undefined;
      const withPassword = database('', ', password_file: ./password');
      const good = config(withPassword, ssh({ key_file: sshd.path('two'), passphrase_file: './passphrase' }));
      const file = folder.write('bugflow.yaml', good);
      const running = await startServiceProcess(['--config', file], {
        ...ENVIRONMENT,
        HOME: sshd.folder,
        ...(socket ? { NOTIFY_SOCKET: socket.path, WATCHDOG_USEC: '100000' } : {}),
      });
      const seen = new Map<string, string>();
      const headers = { authorization: `Bearer ${SECRETS.webToken}` };
      onTestFinished(async () => {
        running.signal('SIGKILL');
        await running.ended;
      });
      const look = async (when: string): Promise<string> => {
        for (const path of ['/status', '/collectors', '/metrics', '/-/ready', '/nowhere'])
          seen.set(`${path}, ${when}`, await (await fetch(`${running.address}${path}`, { headers })).text());
        seen.set(`arguments, ${when}`, argumentsOf(running.pid).join('\n'));
        return seen.get(`/collectors, ${when}`) ?? '';
      };
      const reload = async (text: string, when: string): Promise<number> => {
        writeFileSync(file, text);
        const response = await fetch(`${running.address}/-/reload`, { method: 'POST', headers });
        seen.set(`reload: ${when}`, await response.text());
        return response.status;
      };
      const untilSeen = async (when: string, pattern: RegExp): Promise<void> => {
        await expect.poll(() => look(when), { interval: 100 }).toMatch(pattern);
      };

      for (const authorization of [
        `Bearer ${SECRETS.passphrase.slice(0, 8)}`,
        `Basic ${btoa('prometheus:x')}`,
      ]) {
        const refused = await fetch(`${running.address}/`, { headers: { authorization } });
        expect(refused.status).toBe(401);
        seen.set(`refused, ${authorization.slice(0, 5)}`, await refused.text());
      }
      // Through the tunnel, with the right secrets; two collectors fail all the same.
      await untilSeen('running', /division by zero/);
      await untilSeen('running', /permission denied/);
      await eventually(async () => {
        await look('running');
        expect(seen.get('/metrics, running')).toContain('bugflow_tunnel_up 1');
        expect(seen.get('/metrics, running')).toContain('taiga_items{');
      });

      for (const [title, text] of Object.entries(MISTAKES))
        expect(await reload(`${text}\nreload_endpoint: true\n`, title), title).toBe(400);
      running.signal('SIGHUP');
      await look('after mistakes');

      const states: readonly (readonly [string, string, RegExp])[] = [
        ['a wrong password', database(SECRETS.urlPassword), /refuses user/],
        [
          'no such database',
          database('', ', password_file: ./password').replace(/\/postgres"/, '/none"'),
          /no database/,
        ],
        [
          'a password file that is gone',
          database('', ', password_file: ./gone'),
          /cannot read the secret file/,
        ],
        [
          'a wrong passphrase',
          `${withPassword}\n${ssh({ key_file: sshd.path('two'), passphrase: SECRETS.passphrase })}`,
          /passphrase does not open/,
        ],
        [
          'a passphrase in the configuration',
          `${withPassword}\n${ssh({ key_file: sshd.path('one'), passphrase: SECRETS.passphrase })}`,
          /division by zero/,
        ],
        [
          'a wrong SSH password',
          `${withPassword}\n${ssh({ port: asking.port, password_file: './ssh-password' })}`,
          /refused user/,
        ],
        [
          'no SSH server',
          `${withPassword}\n${ssh({ port: await freePort(), key_file: sshd.path('two'), passphrase_file: './passphrase' })}`,
          /cannot reach the SSH server/,
        ],
      ];
      for (const [when, text, pattern] of states) {
        expect(await reload(config(text), when), seen.get(`reload: ${when}`)).toBe(200);
        await untilSeen(when, pattern);
      }

      // The database goes while it is used.
      await reload(good, 'good again');
      await untilSeen('good again', /division by zero/);
      await cluster.stop();
      await untilSeen('without the database', /cannot reach|cannot connect/);

      running.signal('SIGTERM');
      const { status, stderr } = await running.ended;
      expect(status).toBe(0);
      seen.set('the log', stderr);
      seen.set('what systemd was told', JSON.stringify(socket?.messages ?? []));
      // Or nothing was looked at.
      expect(stderr).toContain('"level":20');
      expect(stderr).toContain('the old one stays in force');
      expect(Object.fromEntries([...seen].map(([where, text]) => [where, secretsIn(text)]))).toEqual(
        Object.fromEntries([...seen.keys()].map((where) => [where, []])),
      );
    });
  },
);

/** Each of its runs fails. */
const OWN = `collector: own
description: A test's own.
schedule: "* * * * * *"
metrics: [{ name: own_metric, type: gauge, help: A test's own., value: value }]
now: SELECT 1 / 0 AS value
`;

const QUICK = `overrides:
  items: { schedule: "* * * * * *" }
  assigned_items: { schedule: "* * * * * *" }`;

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The arguments of a process and of those that it has started. */
function argumentsOf(pid: number): string[] {
  const read = (id: string, name: string): string => {
    try {
      return readFileSync(join('/proc', id, name), 'utf8');
    } catch {
      // It has ended meanwhile.
      return '';
    }
  };
  const parentOf = (id: string): number => Number(read(id, 'stat').split(') ').at(-1)?.split(' ')[1]);
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return processes
    .filter((id) => Number(id) === pid || parentOf(id) === pid)
    .map((id) => read(id, 'cmdline').replaceAll('\0', ' '));
}
