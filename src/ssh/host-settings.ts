/** The settings of one host in OpenSSH's configuration. */
export interface HostSettings {
  readonly hostName: string | undefined;
  readonly port: number | undefined;
  readonly user: string | undefined;
  /** Empty where none is configured. */
  readonly identityFiles: readonly string[];
  /** Whether no other keys may be tried, even if the agent holds more. */
  readonly identitiesOnly: boolean;
  /** As written: `[USER@]HOST[:PORT]`, several separated by commas. */
  readonly proxyJump: string | undefined;
}

/** A host as written after `ssh`; user and port, where given, override the configuration. */
export interface HostQuery {
  readonly host: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}
