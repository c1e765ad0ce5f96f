import type { FastifyInstance } from 'fastify';
import { BugflowError } from '../base/errors.js';
import type { Config } from '../config/config.js';

type Listen = Config['listen'];

/** Resolves to the address. @throws BugflowError that names the file in which it is configured */
export async function listen(
  server: FastifyInstance,
  { host, port }: Listen,
  scheme: 'http' | 'https',
  file: string | undefined,
): Promise<string> {
  try {
    const address = await server.listen({ host, port });
    // Fastify always says http, as it did not create the TLS server.
    return address.replace(/^http:/, `${scheme}:`);
  } catch (error) {
    throw explainListenError(error, { host, port }, file);
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function explainListenError(error: unknown, { host, port }: Listen, file: string | undefined): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = {
    EADDRINUSE: 'the port is in use; stop the other program or choose another port with `listen`',
    EACCES: 'the port needs more rights; choose one above 1023 with `listen`',
    EADDRNOTAVAIL: 'this machine has no such address; fix `listen`',
  }[String(code)];
  if (reason === undefined) return error;
  return new BugflowError('SERVER_ADDRESS', `cannot listen on ${host}:${port}: ${reason}`, {
    place: file === undefined ? undefined : { file },
    cause: error,
  });
}
