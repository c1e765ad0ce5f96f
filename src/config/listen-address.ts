import { parseHostPort } from './host-port.js';

/** `*`: all addresses of this machine. */
export const EVERYWHERE = '*';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Parses `HOST:PORT`, `[IPv6]:PORT`, with or without a zone, and `*:PORT` or `:PORT` for all addresses. Otherwise the text
 * says what is wrong, as a part of a sentence.
 */
export function parseListenAddress(text: string): ListenAddress | string {
  const address = text.trim();
  const everywhere = /^\*?:(\d{1,5})$/.exec(address);
  const zoned = /^\[([0-9a-f:.]+)%([\w.-]+)\]:(\d{1,5})$/i.exec(address);
  const parsed = everywhere
    ? { host: EVERYWHERE, port: Number(everywhere[1]) }
    : zoned
      ? { host: `${zoned[1]}%${zoned[2]}`, port: Number(zoned[3]) }
      : parseHostPort(address);
  if (parsed && parsed.port <= MAX_PORT) return parsed;
  return problemOf(address);
}

const MAX_PORT = 65_535;
const FORM = 'write HOST:PORT, like 127.0.0.1:10284 or [::]:10284';

/** Does not quote the address: it may be a secret in the wrong place. */
function problemOf(address: string): string {
  if (/^\d+$/.test(address))
    return 'write a host before the port, like 127.0.0.1:10284 (only this machine) or "*:10284" (everybody)';
  if (address.includes('/'))
    return 'it is no web address or path; write only HOST:PORT, like 127.0.0.1:10284';
  if (/^[^:]+:\d+$|\]:\d+$/.test(address)) return `${FORM}; a port is a number from 0 to 65535`;
  // An IPv6 address has at least two colons.
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(address))
    return 'write an IPv6 address in brackets before the port, like "[::]:10284"';
  if (/^([^:[\]\s]+|\[[0-9a-f:.%\w-]+\]):?$/i.test(address)) return `${FORM}; it has no port`;
  return FORM;
}
