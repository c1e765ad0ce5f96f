import { isIP } from 'node:net';
import type { SaidOptions } from './said-options.js';

/** A server, by name or address (IPv6 without brackets), or the folder of its Unix socket. */
export interface ServerHost {
  readonly host: string;
  readonly port: number;
  /** Where to connect, so that the name need not be looked up. */
  readonly address?: string | undefined;
}

const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = '5432';

/** The servers in `host`, `hostaddr` and `port`, which are lists with commas. @throws what `refuse` makes */
export function serverHostsOf(said: SaidOptions, refuse: (message: string) => Error): readonly ServerHost[] {
  const list = (parameter: string): string[] =>
    said
      .value(parameter)
      ?.split(',')
      .map((text) => text.trim()) ?? [];
  const [names, addresses, ports] = [list('host'), list('hostaddr'), list('port')];
  const count = Math.max(names.length, addresses.length, 1);
  if (names.length > 0 && addresses.length > 0 && names.length !== addresses.length)
    throw refuse(`${said.describe('hostaddr')} needs as many addresses as there are hosts`);
  if (ports.length > 1 && ports.length !== count)
    throw refuse(`${said.describe('port')} needs one port, or as many as there are hosts`);
  return Array.from({ length: count }, (_, i) => {
    const address = addresses[i] || undefined;
    if (address !== undefined && isIP(address) === 0)
      throw refuse(`${said.describe('hostaddr')} is no IP address; write a name as host`);
    const host = (names[i] || address || DEFAULT_HOST).replace(/^\[(.+)\]$/, '$1');
    if (!isHost(host))
      throw refuse(`${said.describe('host')} is neither a host nor the folder of a Unix socket`);
    const port = (ports.length > 1 ? ports[i] : ports[0]) || DEFAULT_PORT;
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
      throw refuse(`${said.describe('port')} is not a port; write a number from 1 to 65535`);
    return { host, port: Number(port), ...(address !== undefined && { address }) };
  });
}

function isHost(text: string): boolean {
  return (
    text.startsWith('/') || isIP(text) !== 0 || /^[\p{L}\p{N}](?:[\p{L}\p{N}._-]*[\p{L}\p{N}.])?$/u.test(text)
  );
}
