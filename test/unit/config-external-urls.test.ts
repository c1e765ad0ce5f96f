import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import type { ExternalUrls } from '../../src/config/external-urls-section.js';
import { errorOf, folderWith } from './helpers.js';

const env = { TAIGA_DATABASE_URL: 'postgres://bugflow@localhost/taiga' };

async function load(text: string): Promise<ExternalUrls> {
  const folder = await folderWith({ 'config.yaml': text });
  return (await loadConfig({ file: join(folder, 'config.yaml'), env })).externalUrls;
}

test('none is known without a section', async () => {
  expect(await load('')).toEqual({ grafana: undefined, exporter: undefined, alertmanager: undefined });
});

test('addresses may have a sub-path; slashes at the end do not count', async () => {
  const text = `external_urls:
  grafana: https://example.org/grafana/
  exporter: http://bugflow:10284//
  alertmanager: http://[::1]:9093
`;
  expect(await load(text)).toEqual({
    grafana: 'https://example.org/grafana',
    exporter: 'http://bugflow:10284',
    alertmanager: 'http://[::1]:9093',
  });
});

const BASE = 'must not contain a user, password, ? or #: everybody sees it, and paths are appended';

test.each([
  ['grafana: example.org', '"example.org" is not a web address; write it like https://taiga.example.org'],
  ['exporter: "ftp://h/"', '"ftp://h/" is not a web address; write it like https://taiga.example.org'],
  [
    'alertmanager: "https://h /x"',
    '"https://h /x" is not a web address; write it like https://taiga.example.org',
  ],
  ['grafana: "https://me:secret@h/"', BASE],
  ['grafana: "https://h/?orgId=2"', BASE],
  ['grafana: "https://h/#x"', BASE],
])('%s is refused', async (line, message) => {
  const error = await errorOf(load(`external_urls:\n  ${line}\n`));
  const key = line.split(':')[0];
  expect(error.message.replace(/^.*config\.yaml/, '')).toBe(`:2: external_urls.${key}: ${message}`);
});

test('another key is refused', async () => {
  const error = await errorOf(load('external_urls:\n  graphana: https://h\n'));
  expect(error.message).toContain(':2: unknown key "graphana"; did you mean "grafana"?');
});
