import { resolve } from 'node:path';
import { z } from 'zod';
import { type ListenAddress, parseListenAddress } from './listen-address.js';
import { defineSection } from './section.js';
import { timeZone } from './time-zone.js';

export const listenSection = defineSection({
  key: 'listen',
  name: 'listen',
  schema: z
    .string({
      error: ({ input }) => (typeof input === 'number' ? notAnAddress(String(input)) : undefined),
    })
    .refine((text) => typeof parseListenAddress(text) !== 'string', {
      error: ({ input }) => notAnAddress(String(input)),
    })
    .default('127.0.0.1:10284')
    .describe(
      'Address of the HTTP server. By default only this machine can reach it; `*:10284` opens it to the network, `0.0.0.0:10284` only by IPv4.',
    ),
  resolve(raw): ListenAddress {
    const listen = parseListenAddress(raw);
    if (typeof listen === 'string') throw new Error('unreachable: the schema checked it');
    return listen;
  },
});

function notAnAddress(text: string): string {
  return `"${text}" is not an address; ${parseListenAddress(text)}`;
}

export const timeZoneSection = defineSection({
  key: 'time_zone',
  name: 'timeZone',
  schema: timeZone.default('UTC').describe('Time zone of days, sprints and cron expressions.'),
  resolve: (raw) => raw,
});

export const reloadEndpointSection = defineSection({
  key: 'reload_endpoint',
  name: 'reloadEndpoint',
  schema: z
    .boolean()
    .default(false)
    .describe('Whether `POST /-/reload` reads the configuration again (SIGHUP always does).'),
  resolve: (raw) => raw,
});

/** The limit for all collectors together. */
export const maxSeriesSection = defineSection({
  key: 'max_series',
  name: 'maxSeries',
  schema: z
    .number()
    .int()
    .positive()
    .default(2_000_000)
    .describe(
      'How many series all collectors may expose together. A run that would exceed it is refused as a whole; the series of the other collectors stay.',
    ),
  resolve: (raw) => raw,
});

/** An absolute path; undefined: nothing is kept over a restart. */
export const stateFileSection = defineSection({
  key: 'state_file',
  name: 'stateFile',
  schema: z
    .string()
    .min(1, 'name a file, or leave state_file out')
    .optional()
    .describe(
      'A file in which `serve` keeps the names and marks of each status over time, and which `reports` were posted. With it, counters are exact after a restart, too, when a mark was switched or a status deleted, and missed posts are made. Each instance needs its own.',
    ),
  resolve: (raw, { base }) => (raw === undefined ? undefined : resolve(base, raw)),
});

export const logLevelSection = defineSection({
  key: 'log_level',
  name: 'logLevel',
  schema: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('The least severe messages that are logged.'),
  resolve: (raw) => raw,
});
