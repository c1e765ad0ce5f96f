import type { FastifyInstance } from 'fastify';
import { BugflowError, messageOf } from '../base/errors.js';
import type { Config } from '../config/config.js';

import { formatHostPort } from '../config/host-port.js';
import { EVERYWHERE } from '../config/listen-address.js';

type Listen = Config['listen'];

/** Resolves to the address. @throws BugflowError that names the file in which it is configured */
export async function listen(
  server: FastifyInstance,
  { host, port }: Listen,
  scheme: 'http' | 'https',
  file: string | undefined,
): Promise<string> {
  try {
    const address = await (host === EVERYWHERE
      ? listenEverywhere(server, port)
      : server.listen({ host, port }));
    // Fastify always says http, as it did not create the TLS server.
    return address.replace(/^http:/, `${scheme}:`);
  } catch (error) {
    throw explainListenError(error, { host, port }, file);
  }
}

/** By IPv6 and IPv4, or by IPv4 alone on a machine without the other. */
async function listenEverywhere(server: FastifyInstance, port: number): Promise<string> {
  try {
    return await server.listen({ host: '::', port });
  } catch (error) {
    if (!['EAFNOSUPPORT', 'EADDRNOTAVAIL'].includes(codeOf(error))) throw error;
    return await server.listen({ host: '0.0.0.0', port });
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function explainListenError(error: unknown, { host, port }: Listen, file: string | undefined): unknown {
  const code = codeOf(error);
  const reason: string | undefined = {
    EADDRINUSE: 'the port is in use; stop the other program or choose another port with `listen`',
    EACCES: 'the port needs more rights; choose one above 1023 with `listen`',
    EADDRNOTAVAIL: 'this machine has no such address; fix `listen`',
    ENOTFOUND:
      'this machine does not know the name; write an address, like 127.0.0.1, or * for all, in `listen`',
    EAI_AGAIN:
      'the name cannot be looked up now; write an address, like 127.0.0.1, or * for all, in `listen`',
    EAFNOSUPPORT: 'this machine has no IPv6; write an IPv4 address, like 0.0.0.0, in `listen`',
    EINVAL: 'the address needs its zone, like [fe80::1%eth0]; fix `listen`',
  }[code];
  // What does not come from the system is a mistake of this program.
  if (reason === undefined && !(error instanceof Error && 'syscall' in error)) return error;
  const where = formatHostPort({ host, port });
  return new BugflowError(
    'SERVER_ADDRESS',
    `cannot listen on ${where}: ${reason ?? `${messageOf(error)}; fix \`listen\``}`,
    {
      place: file === undefined ? undefined : { file },
      cause: error,
    },
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
