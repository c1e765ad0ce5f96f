import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../base/duration.js';
import { EVERYWHERE, parseListenAddress } from '../config/listen-address.js';
import type { ListenAddress } from '../demo/postgres/embedded-postgres.js';

export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('a port is a number from 0 to 65535.');
  return port;
}

export function parseListen(text: string): ListenAddress {
  const address = parseListenAddress(text);
  if (typeof address === 'string') throw new InvalidArgumentError(`${address.replaceAll('10284', '5432')}.`);
  return address.host === EVERYWHERE ? { ...address, host: '0.0.0.0' } : address;
}

export function parseWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('it must be a whole number.');
  return Number(text);
}

export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError('it must be a number of seconds above 0.');
  return seconds;
}

export function parseTime(text: string): Date {
  const time = new Date(text);
  // Without a zone JavaScript would take it as local time, which differs between machines.
  if (Number.isNaN(time.getTime()) || !/^\d{4}-\d{2}-\d{2}(T.*(Z|[+-]\d{2}:?\d{2}))?$/.test(text)) {
    throw new InvalidArgumentError('write it like 2026-03-01 or 2026-03-01T12:00:00Z.');
  }
  const day = text.slice(0, 10);
  // JavaScript takes the 30th of February for the 2nd of March.
  if (new Date(day).toISOString().slice(0, 10) !== day) throw new InvalidArgumentError(`there is no ${day}.`);
  return time;
}

export function parsePast(text: string): Date {
  const time = parseTime(text);
  if (time.getTime() > Date.now()) throw new InvalidArgumentError('it is in the future, which is not known.');
  return time;
}

export function parseTextfile(text: string): string {
  if (!text.endsWith('.prom'))
    throw new InvalidArgumentError('its name must end in .prom: node_exporter reads no other file.');
  return text;
}

export function parseStep(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms < 1000) throw new InvalidArgumentError('write it like 30s, 5m or 1h.');
  return ms;
}
