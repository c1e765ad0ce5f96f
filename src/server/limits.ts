/** What a client may take before its connection is cut. */
export interface Limits {
  /** From the connection, or the end of the response before, to the end of the request's headers. */
  readonly headersTimeoutMs: number;
  /** The same to the end of its body. */
  readonly requestTimeoutMs: number;
  /** How often that is looked at. */
  readonly checkIntervalMs: number;
  readonly handshakeTimeoutMs: number;
  /** From a request to when its response is out: longer than Prometheus waits by default. */
  readonly responseTimeoutMs: number;
  /** Longer than common scrape intervals. */
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
