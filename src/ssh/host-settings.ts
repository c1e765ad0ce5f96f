/** What OpenSSH's configuration says of one host. */
export interface HostSettings {
  readonly hostName: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  /** Empty where none is configured. */
  readonly identityFiles: readonly string[];
  /** As written: `[USER@]HOST[:PORT]`, several with commas between them. */
  readonly proxyJump: string | undefined;
}

/** A host as it would be written after `ssh`, with what goes before the configuration. */
export interface HostQuery {
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}
