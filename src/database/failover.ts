import { BugflowError, isDatabaseAbsent, messageOf } from '../base/errors.js';
import type { Database } from './database.js';
import { readReplication } from './replication.js';

/** One of several servers of the same database. */
export interface Server {
  /** `HOST:PORT` */
  readonly name: string;
  readonly database: Database;
}

export interface ServerState {
  readonly name: string;
  /** Whether the last check succeeded; undefined before the first one. */
  readonly up: boolean | undefined;
  readonly inUse: boolean;
  readonly isReplica: boolean;
  /** Replicas only: how far it may be behind its primary, in milliseconds. */
  readonly lagMs: number | undefined;
}

/** Describes a server for messages. */
export function describeServer({ name, isReplica, lagMs }: ServerState): string {
  if (!isReplica) return `${name}, a primary`;
  return `${name}, a replica${lagMs === undefined ? '' : ` that lags ${Math.round(lagMs / 1000)} s behind`}`;
}

/** Several servers that readers use as one database. */
export interface Failover {
  readonly database: Database;
  servers(): readonly ServerState[];
}

export interface FailoverOptions {
  /** In order of preference. */
  readonly servers: readonly Server[];
  /** A replica that lags more is not used. */
  readonly maxLagMs: number;
  /** Called when reads move to another server, and for the first one. */
  readonly onSwitch: (server: ServerState) => void;
  readonly checkIntervalMs?: number;
}

const CHECK_INTERVAL_MS = 15_000;
/** So many good checks in a row bring a preferred server back, so that one that comes and goes is left alone. */
const CHECKS_TO_RETURN = 2;

/** A server and the result of its last check. */
interface Candidate extends Server {
  up: boolean | undefined;
  isReplica: boolean;
  lagMs: number | undefined;
  /** The last moment (performance.now()) when it was up to date; it is behind by at most the time since then. */
  caughtUpAt: number;
  goodChecks: number;
  /** Why it cannot be used; undefined when it can. */
  problem: Error | undefined;
}

/**
 * Reads from the first server that answers and, if it is a replica, lags no more than allowed. When it fails or falls
 * behind, the next read uses another one. Once a preferred server is good again, reads return to it after a while. A query
 * or transaction never mixes servers; callers that read in several steps compare `generation` before and after.
 */
export function createFailover(options: FailoverOptions): Failover {
  const { maxLagMs, onSwitch, checkIntervalMs = CHECK_INTERVAL_MS } = options;
  const candidates = options.servers.map(
    (server): Candidate => ({
      ...server,
      up: undefined,
      isReplica: false,
      lagMs: undefined,
      caughtUpAt: Number.NEGATIVE_INFINITY,
      goodChecks: 0,
      problem: undefined,
    }),
  );
  let current: Candidate | undefined;
  let lastUsed: Candidate | undefined;
  let generation = 0;
  let choosing: Promise<Candidate> | undefined;
  let isChecking = false;

  const stateOf = (candidate: Candidate): ServerState => {
    const { name, up, isReplica, lagMs } = candidate;
    return { name, up, inUse: candidate === current, isReplica, lagMs };
  };

  /** Resolves to whether the server can be used. */
  const check = async (candidate: Candidate): Promise<boolean> => {
    const checkedAt = performance.now();
    try {
      const { isReplica, lagMs } = await readReplication(candidate.database);
      if (lagMs === 0) candidate.caughtUpAt = checkedAt;
      const sinceCaughtUp = performance.now() - candidate.caughtUpAt;
      const knownLagMs = Math.min(lagMs ?? Number.POSITIVE_INFINITY, sinceCaughtUp);
      candidate.up = true;
      candidate.isReplica = isReplica;
      candidate.lagMs = isReplica && Number.isFinite(knownLagMs) ? (lagMs === 0 ? 0 : knownLagMs) : undefined;
      candidate.problem =
        isReplica && !((candidate.lagMs ?? Number.POSITIVE_INFINITY) <= maxLagMs)
          ? tooFarBehind(candidate, maxLagMs)
          : undefined;
    } catch (error) {
      markDown(candidate, error);
    }
    candidate.goodChecks = candidate.problem === undefined ? candidate.goodChecks + 1 : 0;
    return candidate.problem === undefined;
  };

  const markDown = (candidate: Candidate, error: unknown): void => {
    candidate.up = false;
    candidate.lagMs = undefined;
    candidate.goodChecks = 0;
    candidate.problem = error instanceof Error ? error : new Error(messageOf(error));
  };

  const switchTo = (candidate: Candidate): void => {
    current = candidate;
    if (candidate === lastUsed) return;
    if (lastUsed) generation += 1;
    lastUsed = candidate;
    onSwitch(stateOf(candidate));
  };

  /** Checks all servers at once, and does not wait for a less preferred one when a better one has answered. */
  const choose = async (): Promise<Candidate> => {
    const checks = candidates.map((candidate) => ({ candidate, isUsable: check(candidate) }));
    for (const { candidate, isUsable } of checks) {
      if (!(await isUsable)) continue;
      switchTo(candidate);
      return candidate;
    }
    throw noneUsable(candidates);
  };

  const pick = (): Promise<Candidate> | Candidate => {
    if (current) return current;
    choosing ??= choose().finally(() => {
      choosing = undefined;
    });
    return choosing;
  };

  const readFrom = async <T>(read: (database: Database) => Promise<T>): Promise<T> => {
    const candidate = await pick();
    try {
      return await read(candidate.database);
    } catch (error) {
      if (isDatabaseAbsent(error) && candidate === current) {
        markDown(candidate, error);
        current = undefined;
      }
      throw error;
    }
  };

  const checkAll = async (): Promise<void> => {
    // With a single primary, the reads themselves show whether it works.
    if (isChecking || (candidates.length === 1 && !candidates[0]?.isReplica)) return;
    isChecking = true;
    await Promise.all(candidates.map(check));
    isChecking = false;
    if (!current) return;
    if (current.problem) {
      current = undefined;
      return;
    }
    const better = candidates
      .slice(0, candidates.indexOf(current))
      .find(({ goodChecks }) => goodChecks >= CHECKS_TO_RETURN);
    if (better) switchTo(better);
  };
  const timer = setInterval(() => void checkAll(), checkIntervalMs);
  timer.unref();

  return {
    servers: () => candidates.map(stateOf),
    database: {
      read: (query, onBatch) => readFrom((database) => database.read(query, onBatch)),
      readTogether: (...args) => readFrom((database) => database.readTogether(...args)),
      generation: () => generation,
      async close() {
        clearInterval(timer);
        await Promise.all(candidates.map(({ database }) => database.close()));
      },
    },
  };
}

function tooFarBehind({ name, lagMs }: Candidate, maxLagMs: number): BugflowError {
  const lag = lagMs === undefined ? 'for an unknown time' : `${Math.round(lagMs / 1000)} s`;
  return new BugflowError(
    'DATABASE_REPLICA_LAG',
    `the replica at ${name} lags ${lag} behind, and database.max_replica_lag allows ${maxLagMs / 1000} s; check that it still receives from its primary`,
  );
}

function noneUsable(candidates: readonly Candidate[]): Error {
  const problems = candidates.flatMap(({ problem }) => problem ?? []);
  const [first, ...others] = problems;
  if (!first) return new Error('there is no server to read from');
  if (others.length === 0) return first;
  const known = problems.find((problem) => problem instanceof BugflowError);
  return new BugflowError(
    known?.code ?? 'DATABASE_UNREACHABLE',
    `no server can be used: ${problems.map(messageOf).join('; ')}`,
    { cause: first, databaseAbsent: isDatabaseAbsent(known) },
  );
}
