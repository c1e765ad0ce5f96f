import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hash } from '@node-rs/bcrypt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFileWatch } from '../../src/server/web-config/file-watch.js';
import { readWebFile } from '../../src/server/web-config/web-file.js';
import { PROMETHEUS_IS_HERE, startPrometheus } from '../backfill/servers.js';
import { ROOT } from '../support/bugflow.js';
import { folderWith } from '../unit/helpers.js';
import { type Authority, createAuthority, hasOpenssl } from './certificates.js';
import { startWebServer } from './web-server.js';

describe.skipIf(!PROMETHEUS_IS_HERE || !hasOpenssl)(
  'a real Prometheus (skipped without prometheus, promtool and openssl)',
  () => {
    let authority: Authority;
    beforeAll(() => {
      authority = createAuthority();
    });
    afterAll(() => authority?.remove());

    test('scrapes over TLS with a password, a token and a certificate, through their rotation', async () => {
      const issued = { server: authority.issue('server'), prometheus: authority.issue('prometheus') };
      const files = {
        'tls.crt': readFileSync(issued.server.certFile, 'utf8'),
        'tls.key': readFileSync(issued.server.keyFile, 'utf8'),
        'ca.crt': readFileSync(authority.file, 'utf8'),
        token: 'first-token\n',
      };
      const tls = 'tls_server_config:\n  cert_file: tls.crt\n  key_file: tls.key\n';
      const users = `basic_auth_users: { prometheus: '${await hash('geheim', 8)}' }\n`;
      const both = await startWebServer({ webFile: `${tls}${users}bearer_token_files: [token]\n`, files });
      const byCertificate = await startWebServer({
        webFile: `${tls}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n`,
        files,
      });

      const secrets = await folderWith({ password: 'geheim', token: 'first-token' });
      const job = (name: string, port: number, lines: string, tlsLines = ''): string => `
  - job_name: ${name}
    scheme: https
    tls_config: { ca_file: ${authority.file}${tlsLines} }
    ${lines}
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]`;
      const pair = `, cert_file: ${issued.prometheus.certFile}, key_file: ${issued.prometheus.keyFile}`;
      const prometheus = await startPrometheus(await folderWith({}), {
        config: `
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
${job('password', both.port, `basic_auth: { username: prometheus, password_file: ${join(secrets, 'password')} }`)}
${job('wrong', both.port, 'basic_auth: { username: prometheus, password: wrong }')}
${job('token', both.port, `authorization: { credentials_file: ${join(secrets, 'token')} }`)}
${job('nothing', both.port, '')}
${job('certificate', byCertificate.port, '', pair)}
${job('no_certificate', byCertificate.port, '')}
`,
      });
      const query = async (expression: string): Promise<Record<string, number>> => {
        const url = `${prometheus.url}/api/v1/query?query=${encodeURIComponent(expression)}`;
        const { data } = (await (await fetch(url)).json()) as {
          data: { result: { metric: { job: string }; value: [number, string] }[] };
        };
        return Object.fromEntries(data.result.map(({ metric, value }) => [metric.job, Number(value[1])]));
      };
      const until = (expression: string) => expect.poll(() => query(expression), { interval: 250 });

      const who = { password: 1, wrong: 0, token: 1, nothing: 0, certificate: 1, no_certificate: 0 };
      await until('up and on (job) count by (job) (count_over_time(up[1h]) > 2)').toEqual(who);
      await until('team_items').toEqual({ password: 3, token: 3, certificate: 3 });

      const renewed = authority.issue('renewed');
      copyFileSync(renewed.keyFile, both.path('tls.key'));
      copyFileSync(renewed.certFile, both.path('tls.crt'));
      both.write('token', 'second-token\n');
      await until('up{job="token"}').toEqual({ token: 0 });
      writeFileSync(join(secrets, 'token'), 'second-token');
      await until('up{job="token"}').toEqual({ token: 1 });
      await until('up').toEqual(who);
      // Nobody else was refused meanwhile. One that took all of its second had no answer at all: the machine is busy.
      const refused = 'up{job=~"password|certificate"} == 0 and on (job) scrape_duration_seconds < 1';
      expect(await query(`count_over_time((${refused})[1h:1s])`)).toEqual({});
    });

    test("its promtool accepts the page's example, and so do we", async () => {
      const page = readFileSync(join(ROOT, 'docs/http.md'), 'utf8');
      const examples = [...page.matchAll(/```yaml\n# web\.yaml\n([\s\S]*?)```/g)].map(
        ([, text = '']) => text,
      );
      expect(examples.length).toBeGreaterThanOrEqual(3);
      const { certFile, keyFile } = authority.issue('example');
      for (const text of examples) {
        const folder = await folderWith({
          'web.yaml': text,
          'tls.crt': readFileSync(certFile, 'utf8'),
          'tls.key': readFileSync(keyFile, 'utf8'),
          'clients-ca.crt': readFileSync(authority.file, 'utf8'),
          token: 'a-token',
        });
        const file = join(folder, 'web.yaml');
        await readWebFile(file, createFileWatch());
        // This one Prometheus does not have.
        if (!text.includes('bearer_token_files'))
          execFileSync('promtool', ['check', 'web-config', file], { stdio: 'pipe' });
      }
    });
  },
);
