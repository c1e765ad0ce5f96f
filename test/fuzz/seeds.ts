import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/bugflow.js';

/** What is read of a file, and thus what may be wrong in it. */
export type Kind = 'config' | 'web' | 'collector' | 'relation' | 'ssh_config' | 'known_hosts' | 'text';

export interface Seed {
  readonly kind: Kind;
  readonly text: string;
}

/** Good files of every kind. */
export function readSeeds(): Seed[] {
  const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
  const shipped = readdirSync(join(ROOT, 'metrics')).filter((name) => name.endsWith('.yaml'));
  const relations = readdirSync(join(ROOT, 'metrics/relations'), { recursive: true, encoding: 'utf8' });
  const ownExamples = [...read('docs/collectors.md').matchAll(/```yaml\n(collector:[\s\S]*?)```/g)];
  const configs = [read('taiga-bugflow.example.yaml'), SECTIONS, SSH, VARIABLES, ANCHORS];
  return [
    ...configs.map((text) => ({ kind: 'config', text }) as const),
    ...WEB.map((text) => ({ kind: 'web', text }) as const),
    ...shipped.map((name) => ({ kind: 'collector', text: read(`metrics/${name}`) }) as const),
    ...ownExamples.map(([, text = '']) => ({ kind: 'collector', text }) as const),
    ...relations
      .filter((name) => name.endsWith('.sql'))
      .map((name) => ({ kind: 'relation', text: read(`metrics/relations/${name}`) }) as const),
    { kind: 'ssh_config', text: SSH_CONFIG },
    { kind: 'known_hosts', text: KNOWN_HOSTS },
    ...TEXTS.map((text) => ({ kind: 'text', text }) as const),
  ];
}

const SECTIONS = `database:
  url_file: ./url
  pool_size: 5
  connect_timeout: 5s
  lock_timeout: 2s
  idle_timeout: 30s
  application_name: bugflow
  hosts: [replica:5432, "[::1]:5433"]
  max_replica_lag: 5m
  allow_superuser: false
  tls: { mode: verify-full, ca_file: system, cert_file: ./cert, key_file: ./key, server_name: db }
listen: "[::1]:10284"
time_zone: Europe/Berlin
taiga_url: https://taiga.example.org/
external_urls: { grafana: "https://a/grafana/", exporter: "http://b:10284", alertmanager: "http://c:9093" }
projects: { include: ["*"], exclude: [a-*] }
workflow:
  - { project: web, kind: issue, stages: { done: [Fertig], waiting: ["Bereit *"] } }
transitions:
  - { name: sent_back, project: "*", kind: task, from: [Test], to: [Offen, "In Arbeit"] }
thresholds: { stale_after: 1w, untriaged_after: 1h30m, sle: { epic: 30d, issue: 5d }, attention_items: 3 }
labels: { people: off, subjects: false }
collectors: [./own/*.yaml]
overrides:
  items: { enabled: false, schedule: "*/5 * * * *", timeout: 10s, stale_after: 1h, max_series: 10 }
reload_endpoint: true
web: { config_file: ./web.yaml, row_samples: false, max_connections: 100 }
prometheus: { job: taiga, instance: "bugflow:10284" }
log_level: debug
`;

const SSH = `database: { url: "postgres://user:pass@db:5432/taiga", password_file: ./password }
ssh:
  host: bastion.example.org
  port: 22
  user: bugflow
  key_file: ~/.ssh/id_ed25519
  passphrase: \${PASSPHRASE}
  host_key: "SHA256:${'A'.repeat(43)}"
  jump: { host: outer, password_file: ./jump-password, port: 2222 }
  known_hosts: ./known_hosts
  config_file: ./ssh_config
  connect_timeout: 5s
  keep_alive: 15s
`;

const VARIABLES = `database:
  url: \${DATABASE_URL:-postgres://a@b/c}
taiga_url: https://\${HOST:-taiga.example.org}/$$
prometheus: { job: "\${JOB}" }
`;

const ANCHORS = `database: &db { url: "postgres://a@b/c" }
projects: { include: &all ["*"], exclude: [] }
workflow:
  - &rule { project: web, stages: { done: *all } }
  - *rule
collectors: !!seq [!!str ./x.yaml]
`;

const WEB = [
  `tls_server_config:
  cert_file: ./cert
  key_file: ./key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ./cert
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: true
`,
  `http_server_config: { http2: true, headers: { X-Frame-Options: deny, Strict-Transport-Security: max-age=1 } }
basic_auth_users:
  prometheus: $2y$12$${'.'.repeat(53)}
bearer_token_files:
  - ./token
`,
];

const SSH_CONFIG = `# comment
Host taiga bastion-* !bastion-old
  HostName=10.0.0.1
  Port 2222
  User "bug flow"
  IdentityFile ~/.ssh/%h-%r
  ProxyJump jump@outer:22,inner
Match host x
  User nobody
Host *
  User = default
`;

const KNOWN_HOSTS = `# comment
bastion.example.org,10.0.0.1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh
[bastion.example.org]:2222 ecdsa-sha2-nistp256 AAAA
|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg= ssh-rsa AAAA
@revoked *.example.org ssh-rsa AAAA
@cert-authority * ssh-rsa AAAA
`;

/** What stands in single values: durations, addresses, SQL. */
const TEXTS = [
  '1h30m',
  '14d500ms',
  '127.0.0.1:10284',
  '[::1]:1',
  "SELECT ':no', \"c:d\", $$:no$$, $a$:no$a$, e'\\':no', a::text /* :no /* */ */ -- :no\nFROM t WHERE x = :now",
];
