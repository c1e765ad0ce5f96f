import { expect, test } from 'vitest';
import { httpTarget } from '../../src/http/http-target.js';

test.each([
  ['https://host/write', 'https://host/write', 'https://host/write', []],
  ['https://ann:geheim@host/write#x', 'https://host/write', 'https://host/write', []],
  ['https://geheim@host:8443', 'https://host:8443/', 'https://host:8443/', []],
  ['http://host/w?token=0123456789', 'http://host/w?token=0123456789', 'http://host/w?…', ['0123456789']],
  [
    'http://host/w?key=%31%32345678&db=a',
    'http://host/w?key=%31%32345678&db=a',
    'http://host/w?…',
    ['12345678'],
  ],
])('%s', (text, url, shown, secrets) => {
  expect(httpTarget(text)).toMatchObject({ url, shown, secrets });
});

test.each(['', 'host', 'ftp://host', 'http://', 'postgres://ann:geheim@host'])('%j is none', (text) => {
  expect(httpTarget(text)).toBeUndefined();
});
