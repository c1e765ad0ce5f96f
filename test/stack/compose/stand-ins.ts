import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../../support/bugflow.js';
import type { Engine } from './engine.js';

const run = promisify(execFile);
const BASE = 'bugflow-test/debian';
const DEBOOTSTRAP = ['--variant=minbase', '--include=ca-certificates,busybox-static'];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** What the files pin: a name with its tag, by the part of it before the colon. */
export async function pinnedImages(): Promise<ReadonlyMap<string, string>> {
  const schema = z.object({ services: z.record(z.string(), z.object({ image: z.string() })) });
  const { services } = schema.parse(
    parse(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }),
  );
  const dockerfile = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
  const names = [
    ...Object.values(services).map(({ image }) => image),
    ...[...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, name = '']) => name),
  ];
  return new Map(names.map((name) => [name.split(':')[0] ?? '', name]));
}

/** Makes stand-ins for the images of others under the names that the files pin, out of Debian's packages. */
export async function makeStandIns(engine: Engine, folder: string): Promise<void> {
  const pinned = await pinnedImages();
  const nameOf = (repository: string): string => {
    const name = pinned.get(repository);
    if (name === undefined) throw new Error(`no file pins ${repository}`);
    return name;
  };
  await makeBase(engine, join(folder, 'base'));
  const build = async (
    name: string,
    files: readonly (readonly [string, string])[],
    lines: string,
  ): Promise<void> => {
    const context = join(folder, name.replaceAll(/\W/g, '-'));
    await mkdir(context, { recursive: true });
    for (const [from, to] of files) await cp(from, join(context, to), { recursive: true, dereference: true });
    await writeFile(join(context, 'Dockerfile'), `FROM ${BASE}\n${lines}`);
    await engine.docker(['build', '--quiet', '--tag', name, '.'], { cwd: context });
  };

  const node = await nodeBinary(folder);
  await build(
    nameOf('node'),
    [
      [node, 'node'],
      [await npmFolder(), 'npm'],
      [CERTIFICATES, 'certificates.crt'],
      [await npmSettings(folder), 'npmrc'],
    ],
    `COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN groupadd --gid 1000 node && useradd --uid 1000 --gid node --create-home node \\
  && ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
COPY certificates.crt ${CERTIFICATES}
COPY npmrc /root/.npmrc
ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}
`,
  );
  // As the official image: users, paths, entry points, and busybox' wget for the health checks.
  await build(
    nameOf('prom/prometheus'),
    [['/usr/bin/prometheus', 'prometheus']],
    `COPY prometheus /bin/prometheus
RUN ln -s busybox /bin/wget && mkdir -p /prometheus /etc/prometheus && chown 65534:65534 /prometheus
USER nobody
WORKDIR /prometheus
VOLUME /prometheus
ENTRYPOINT ["/bin/prometheus"]
`,
  );
  await build(
    nameOf('prom/alertmanager'),
    [
      ['/usr/bin/prometheus-alertmanager', 'alertmanager'],
      // Debian keeps what the official program has in itself.
      ['/usr/share/prometheus/alertmanager', 'share'],
    ],
    `COPY alertmanager /bin/alertmanager
COPY share /usr/share/prometheus/alertmanager
RUN ln -s busybox /bin/wget && mkdir -p /alertmanager /etc/alertmanager && chown 65534:65534 /alertmanager
USER nobody
WORKDIR /alertmanager
VOLUME /alertmanager
ENTRYPOINT ["/bin/alertmanager"]
`,
  );
  await build(
    nameOf('grafana/grafana'),
    [
      [node, 'node'],
      [await grafanaStandIn(folder), 'grafana.cjs'],
    ],
    `COPY node /usr/local/bin/node
COPY grafana.cjs /usr/share/grafana/grafana.cjs
RUN ln -s busybox /bin/wget && useradd --system --uid 472 --gid 0 grafana \\
  && mkdir -p /var/lib/grafana /etc/grafana/provisioning && chown -R 472:0 /var/lib/grafana
USER 472
ENTRYPOINT ["node", "/usr/share/grafana/grafana.cjs"]
`,
  );
}

async function makeBase(engine: Engine, folder: string): Promise<void> {
  // Where somebody tries this again and again: a folder that debootstrap has made before.
  const made = process.env.BUGFLOW_TEST_DEBIAN;
  const tree = made ?? folder;
  if (made === undefined) await run('debootstrap', [...DEBOOTSTRAP, 'bookworm', tree]);
  const tar = `${folder}.tar`;
  await run('tar', ['--directory', tree, '--create', '--file', tar, '.']);
  await engine.docker(['import', tar, BASE]);
}

/** The server that the tests of the command `grafana` use, too, as one file. */
async function grafanaStandIn(folder: string): Promise<string> {
  const path = join(folder, 'grafana.cjs');
  await run(
    join(ROOT, 'node_modules/.bin/esbuild'),
    [
      ...['test/support/grafana/standalone.ts', '--bundle', '--platform=node', '--format=cjs'],
      ...[`--outfile=${path}`, '--log-level=error'],
    ],
    { cwd: ROOT },
  );
  return path;
}

/** The current LTS, whose binary is a package without install scripts; it needs nothing but a C library. */
async function nodeBinary(folder: string): Promise<string> {
  const prefix = join(folder, 'lts');
  const name = `node-linux-${process.arch}`;
  const binary = join(prefix, 'node_modules', name, 'bin/node');
  await mkdir(prefix, { recursive: true });
  const flags = ['--no-save', '--no-fund', '--no-audit', '--ignore-scripts', '--prefer-offline'];
  await run('npm', ['install', '--prefix', prefix, ...flags, `${name}@24`]);
  return binary;
}

async function npmFolder(): Promise<string> {
  const { stdout } = await run('npm', ['root', '--global']);
  return join(stdout.trim(), 'npm');
}

/** How this machine reaches the registry. */
async function npmSettings(folder: string): Promise<string> {
  const files = [join(homedir(), '.npmrc'), '/etc/npmrc'];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const path = join(folder, 'npmrc');
  await writeFile(path, texts.join('\n'));
  return path;
}
