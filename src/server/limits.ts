/** How long a client may take before it is disconnected, and how much it may send. */
export interface Limits {
  /** From the connection, or the end of the previous response, to the end of the request's headers. */
  readonly headersTimeoutMs: number;
  /** The same, to the end of the request's body. */
  readonly requestTimeoutMs: number;
  /** How often these two are checked. */
  readonly checkIntervalMs: number;
  readonly handshakeTimeoutMs: number;
  /** From a request to the end of its response; longer than Prometheus waits by default. */
  readonly responseTimeoutMs: number;
  /** Longer than usual scrape intervals. */
  readonly keepAliveTimeoutMs: number;
  readonly headerBytes: number;
}

export const LIMITS: Limits = {
  headersTimeoutMs: 8000,
  requestTimeoutMs: 8000,
  checkIntervalMs: 1000,
  handshakeTimeoutMs: 8000,
  responseTimeoutMs: 30_000,
  keepAliveTimeoutMs: 75_000,
  headerBytes: 16 * 1024,
};
