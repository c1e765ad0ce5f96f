import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { timeZone } from '../../src/config/time-zone.js';
import { errorOf, folderWith } from './helpers.js';

describe('a time zone', () => {
  test.each([
    ...[
      'UTC',
      'GMT',
      'Etc/UTC',
      'Etc/GMT-5',
      'Europe/Berlin',
      'Europe/Kyiv',
      'Europe/Kiev',
      'Asia/Kolkata',
      'Asia/Calcutta',
    ],
    ...[
      'America/Argentina/Buenos_Aires',
      'America/Port-au-Prince',
      'Africa/Dar_es_Salaam',
      'Antarctica/DumontDUrville',
    ],
    ...['US/Eastern', 'GB', 'Japan', 'EST5EDT', 'EST', 'NZ-CHAT'],
  ])('%s is taken', (name) => {
    expect(timeZone.safeParse(name).success).toBe(true);
  });

  test.each<[names: readonly string[], message: string]>([
    [
      [
        'IST',
        'BST',
        'AET',
        'CET',
        'MET',
        'EET',
        'WET',
        'CST',
        'PST',
        'ACT',
        'ART',
        'AST',
        'NST',
        'JST',
        'SystemV/AST4',
        'US/Pacific-New',
      ],
      'is a time zone that programs read in different ways; use an IANA name like Europe/Berlin',
    ],
    [
      [
        'Europe/Nowhere',
        'Berlin',
        '',
        ' ',
        'Europe/Berlin ',
        '+02:00',
        'UTC+2',
        'localtime',
        'Factory',
        'posix/Europe/Berlin',
      ],
      'is not a time zone; use an IANA name like Europe/Berlin',
    ],
    [['europe/berlin', 'EUROPE/BERLIN', 'europe/Berlin'], 'is spelled Europe/Berlin'],
    [['utc', 'Utc'], 'is spelled UTC'],
    [['us/eastern', 'US/EASTERN'], 'is not spelled like the names of the IANA database, like Europe/Berlin'],
  ])('%j: %s', (names, message) => {
    for (const name of names) {
      expect(timeZone.safeParse(name).error?.issues[0]?.message).toBe(`"${name}" ${message}`);
    }
  });

  test.each([
    ['time_zone: IST\n', ':1: time_zone: "IST" is a time zone that'],
    [
      'state_file: s.db\nslack: { bot_token_file: t }\nreports:\n  - report: week\n    schedule: "0 9 * * mon"\n    time_zone: BST\n    channel: "#a"\n',
      ':6: reports[0].time_zone: "BST" is a time zone that',
    ],
  ])('is refused wherever one stands: %j', async (text, message) => {
    const folder = await folderWith({ 'bugflow.yaml': text, t: 'xoxb-1' });
    const env = { TAIGA_DATABASE_URL: 'postgres://u@db/taiga' };
    const error = await errorOf(loadConfig({ file: `${folder}/bugflow.yaml`, env }));
    expect(error.message).toContain(message);
  });
});
