/** Parses `HOST:PORT` or `[IPv6]:PORT`. */
export function parseHostPort(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host !== undefined && port <= 65_535 ? { host, port } : undefined;
}

/** The reverse of {@link parseHostPort}; of a folder, its Unix socket of PostgreSQL. */
export function formatHostPort({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number | string;
}): string {
  if (host.startsWith('/')) return `${host.replace(/\/$/, '')}/.s.PGSQL.${port}`;
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
