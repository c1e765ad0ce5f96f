import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type Config, loadConfig } from '../../src/config/config.js';
import { createExposition } from '../../src/exposition/exposition.js';
import { alertmanager, SHIPPED_TEMPLATE } from '../../src/main/alertmanager.js';
import { addGrafanaCommand } from '../../src/main/grafana-command.js';
import { createServer } from '../../src/server/server.js';
import { openWeb } from '../../src/server/web.js';
import { ROOT } from '../support/bugflow.js';
import { serverOptions } from '../support/server-options.js';
import { folderWith } from '../unit/helpers.js';

type Labels = Readonly<Record<string, string>>;

interface Pod {
  readonly metadata?: { readonly labels: Labels };
  readonly spec: {
    readonly containers: readonly {
      readonly image: string;
      readonly args: readonly string[];
      readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
      readonly readinessProbe?: Probe;
      readonly livenessProbe?: Probe;
      readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
    }[];
    readonly volumes: readonly {
      readonly name: string;
      readonly configMap?: { readonly name: string };
      readonly secret?: { readonly secretName: string };
    }[];
  };
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly labels?: Labels };
  readonly data?: Labels;
  readonly spec: {
    readonly selector: { readonly matchLabels: Labels } & Labels;
    readonly template: Pod;
    readonly jobTemplate: { readonly spec: { readonly template: Pod } };
    readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string }[];
    readonly endpoints: readonly {
      readonly port: string;
      readonly path: string;
      readonly relabelings: readonly {
        readonly targetLabel?: string;
        readonly replacement?: string;
        readonly action?: string;
        readonly regex?: string;
      }[];
    }[];
  };
}

const PAGE = readFileSync(join(ROOT, 'docs/kubernetes.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...PAGE.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

const manifests = blocks('yaml')
  .filter((text) => text.startsWith('apiVersion'))
  .flatMap((text) => parseAllDocuments(text))
  .map((document): Manifest => {
    if (document.errors.length > 0) throw document.errors[0];
    return document.toJS() as Manifest;
  });

function manifest(kind: string): Manifest {
  const [found, ...others] = manifests.filter((each) => each.kind === kind);
  if (!found || others.length > 0) throw new Error(`there is not one ${kind}`);
  return found;
}

const podOf = ({ spec }: Manifest): Pod => spec.template ?? spec.jobTemplate.spec.template;
const withPods = manifests.filter(({ kind }) => ['Deployment', 'Job', 'CronJob'].includes(kind));
const argsOf = (each: Manifest): readonly string[] => podOf(each).spec.containers[0]?.args ?? [];

/** The file as the pod sees it, but for where the secrets are. */
async function readConfig(): Promise<Config> {
  const text = manifest('ConfigMap').data?.['bugflow.yaml'] ?? '';
  const folder = await folderWith({ url: 'postgres://bugflow:secret@db.example.org:5432/taiga\n' });
  const file = join(folder, 'bugflow.yaml');
  writeFileSync(file, text.replace('/run/secrets/taiga/url', join(folder, 'url')));
  return loadConfig({ file, env: {} });
}

test('there is one of each, in one namespace', () => {
  expect(manifests.map(({ kind }) => kind)).toEqual([
    'ConfigMap',
    'Deployment',
    'Service',
    'ServiceMonitor',
    'Job',
    'CronJob',
  ]);
  expect(new Set(manifests.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['bugflow']));
});

test('labels and ports lead from Prometheus to the exporter', async () => {
  const config = await readConfig();
  const [deployment, service, monitor] = ['Deployment', 'Service', 'ServiceMonitor'].map(manifest);
  const pod = deployment && podOf(deployment);
  const [port] = service?.spec.ports ?? [];
  const [endpoint] = monitor?.spec.endpoints ?? [];
  expect(pod?.metadata?.labels).toMatchObject(deployment?.spec.selector.matchLabels ?? {});
  expect(pod?.metadata?.labels).toMatchObject(service?.spec.selector ?? {});
  expect(service?.metadata.labels).toMatchObject(monitor?.spec.selector.matchLabels ?? {});
  expect(pod?.spec.containers[0]?.ports).toEqual([
    { name: port?.targetPort, containerPort: config.listen.port },
  ]);
  expect(config.listen.host).toBe('0.0.0.0');
  expect(endpoint?.port).toBe(port?.name);
});

test('the labels of what is scraped are those that a backfill writes', async () => {
  const [endpoint] = manifest('ServiceMonitor').spec.endpoints;
  const set = (endpoint?.relabelings ?? []).filter(({ targetLabel }) => targetLabel !== undefined);
  expect(Object.fromEntries(set.map(({ targetLabel, replacement }) => [targetLabel, replacement]))).toEqual(
    (await readConfig()).targetLabels,
  );
  // What the operator adds of its own.
  const [dropped] = (endpoint?.relabelings ?? []).filter(({ action }) => action === 'labeldrop');
  for (const label of ['namespace', 'service', 'pod', 'container', 'endpoint'])
    expect(label).toMatch(new RegExp(`^(?:${dropped?.regex})$`));
});

test('what is asked of the exporter is there', async () => {
  const log = pino({ level: 'silent' });
  const server = createServer({
    ...(await serverOptions()),
    exposition: await createExposition(),
    web: await openWeb({ configFile: undefined, maxConnections: 10 }, { log }),
    log,
  });
  onTestFinished(() => server.close());
  const [container] = podOf(manifest('Deployment')).spec.containers;
  const paths = [
    container?.readinessProbe?.httpGet.path,
    container?.livenessProbe?.httpGet.path,
    manifest('ServiceMonitor').spec.endpoints[0]?.path,
  ];
  expect(paths).toEqual(['/-/ready', '/-/healthy', '/metrics']);
  for (const path of paths) expect((await server.inject(path ?? '')).statusCode, path).not.toBe(404);
  for (const probe of [container?.readinessProbe, container?.livenessProbe])
    expect(probe?.httpGet.port).toBe(container?.ports?.[0]?.name);
});

describe.each(withPods.map((each) => [each.kind, each] as const))('%s', (_kind, each) => {
  const { containers, volumes } = podOf(each).spec;

  test('mounts what there is, where its arguments and the configuration look for it', () => {
    const [container] = containers;
    expect(container?.volumeMounts.map(({ name }) => name)).toEqual(volumes.map(({ name }) => name));
    const mounted = container?.volumeMounts.map(({ mountPath }) => mountPath) ?? [];
    const files = ['/run/secrets/taiga/url', ...argsOf(each).filter((arg) => /^\/(etc|run)\//.test(arg))];
    for (const file of files) expect(mounted).toContain(file.replace(/\/[^/]+$/, ''));
    for (const { configMap } of volumes.filter((volume) => volume.configMap))
      expect(configMap?.name).toBe(manifest('ConfigMap').metadata.name);
    // Made by hand, as the page says.
    for (const { secret } of volumes.filter((volume) => volume.secret))
      expect(PAGE).toContain(`create secret generic ${secret?.secretName} `);
  });

  test('runs the same image', () => {
    expect(containers.map(({ image }) => image)).toEqual(['registry.example.org/taiga-bugflow:0.1.0']);
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(containers[0]?.image).toMatch(new RegExp(`:${version}$`));
  });
});

test('the nightly job gives options that there are', () => {
  const program = new Command();
  addGrafanaCommand(program, {
    source: () => ({ file: undefined, env: {} }),
    env: {},
    version: '',
    print: () => undefined,
  });
  const known = program.commands[0]?.options.map(({ long }) => long);
  const args = argsOf(manifest('CronJob'));
  const flags = args.slice(args.indexOf('grafana')).filter((arg) => arg.startsWith('--'));
  expect(flags.length).toBeGreaterThan(3);
  for (const flag of flags) expect(known).toContain(flag);
});

test('the loop makes a ConfigMap of each dashboard, with the address of the exporter', async () => {
  const [loop = ''] = blocks('sh').filter((text) => text.includes('create configmap'));
  const folder = await folderWith({
    'dashboards/json/team-wall.json': '{"query":"http://127.0.0.1:10284"}\n',
    'dashboards/json/bug-flow.json': '{}\n',
    // Says what it was asked for and what it was given.
    'bin/kubectl':
      '#!/bin/sh\necho "$@" >>asked\nif [ "$2" = configmap ]; then cat /dev/stdin; else cat; fi | tee -a "given-$1"\n',
  });
  chmodSync(join(folder, 'bin/kubectl'), 0o755);
  execFileSync('sh', ['-euc', loop], {
    cwd: folder,
    env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
  });
  const asked = readFileSync(join(folder, 'asked'), 'utf8');
  for (const name of ['team-wall', 'bug-flow'])
    expect(asked).toContain(
      `create configmap bugflow-${name} --namespace bugflow --from-file=${name}.json=/dev/stdin`,
    );
  for (const mark of ['grafana_dashboard=1', 'grafana_folder=Taiga', 'apply --server-side'])
    expect(asked.split(mark)).toHaveLength(3);
  expect(readFileSync(join(folder, 'given-apply'), 'utf8').split('\n').sort()).toEqual([
    '',
    '{"query":"https://bugflow.example.org"}',
    '{}',
  ]);
  // The same names as in the values of Grafana's chart.
  const [values = ''] = blocks('yaml').filter((text) => text.includes('sidecar:'));
  expect(parse(values)).toMatchObject({
    grafana: { sidecar: { dashboards: { label: 'grafana_dashboard', folderAnnotation: 'grafana_folder' } } },
  });
});

test('the loop makes a PrometheusRule of each file of rules', async () => {
  const [loop = ''] = blocks('sh').filter((text) => text.includes('PrometheusRule'));
  const folder = await folderWith({
    'bin/kubectl': '#!/bin/sh\necho "$@" >>asked\ncat >>applied\necho --- >>applied\n',
  });
  chmodSync(join(folder, 'bin/kubectl'), 0o755);
  cpSync(join(ROOT, 'alerting/rules'), join(folder, 'alerting/rules'), { recursive: true });
  execFileSync('sh', ['-euc', loop], {
    cwd: folder,
    env: { PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
  });
  const applied = parseAllDocuments(readFileSync(join(folder, 'applied'), 'utf8'))
    .map((document): unknown => document.toJS())
    .filter((value) => value !== null);
  const names = readdirSync(join(ROOT, 'alerting/rules')).sort();
  expect(applied).toEqual(
    names.map((name) => ({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {
        name: `bugflow-${name.replace('.rules.yml', '')}`,
        namespace: 'bugflow',
        labels: { release: 'kube-prometheus-stack' },
      },
      spec: parse(readFileSync(join(ROOT, 'alerting/rules', name), 'utf8')) as unknown,
    })),
  );
});

test('Alertmanager finds the templates and the secret where the operator mounts them', async () => {
  const [commands = ''] = blocks('sh').filter((text) => text.includes('taiga-bugflow --config'));
  const [values = ''] = blocks('yaml').filter((text) => text.includes('alertmanagerSpec:'));
  const folder = await folderWith({});
  const { alerting, calendar, timeZone } = await readConfig();
  await alertmanager(
    { alerting, calendar, timeZone },
    {
      ...{ folder, reload: undefined, template: SHIPPED_TEMPLATE, print: () => undefined },
    },
  );
  const [sed = ''] = commands.split('\n').filter((line) => line.startsWith('sed '));
  execFileSync('sh', ['-euc', sed], { cwd: folder });
  const config = readFileSync(join(folder, 'alertmanager.yml'), 'utf8');
  expect(parse(config)).toMatchObject({ templates: ['/etc/alertmanager/config/slack.tmpl'] });
  expect(config).toContain('api_url_file: /etc/alertmanager/secrets/slack/url');
  expect(parse(values)).toEqual({
    alertmanager: {
      alertmanagerSpec: { useExistingSecret: true, configSecret: 'alertmanager-bugflow', secrets: ['slack'] },
    },
  });
  for (const name of ['alertmanager-bugflow', 'slack'])
    expect(commands).toContain(`create secret generic ${name} `);
});
