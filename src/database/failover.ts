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
  /** Whether it answered when it was last asked; undefined before. */
  readonly up: boolean | undefined;
  readonly inUse: boolean;
  readonly isReplica: boolean;
  /** How old what it shows may be, in milliseconds; replicas only. */
  readonly lagMs: number | undefined;
}

/** For people. */
export function describeServer({ name, isReplica, lagMs }: ServerState): string {
  if (!isReplica) return `${name}, a primary`;
  return `${name}, a replica${lagMs === undefined ? '' : ` that lags ${Math.round(lagMs / 1000)} s behind`}`;
}

/** Several servers that are one database to whoever reads from it. */
export interface Failover {
  readonly database: Database;
  servers(): readonly ServerState[];
}

export interface FailoverOptions {
  /** In order of preference. */
  readonly servers: readonly Server[];
  /** A replica that lags more is not used. */
  readonly maxLagMs: number;
  /** Told when another server is used than before, also the first time. */
  readonly onSwitch: (server: ServerState) => void;
  readonly lookEveryMs?: number;
}

const LOOK_EVERY_MS = 15_000;
/** So many good looks in a row bring a preferred server back: one that comes and goes is left alone. */
const LOOKS_TO_RETURN = 2;

/** A server and what was last seen of it. */
interface Candidate extends Server {
  up: boolean | undefined;
  isReplica: boolean;
  lagMs: number | undefined;
  /** When nothing was missing; what it shows is at most that old, even if nobody wrote anything for longer. */
  caughtUpAt: number;
  goodLooks: number;
  /** Why it cannot be used. */
  problem: Error | undefined;
}

/**
 * Reads from the first server that answers and, if it is a replica, lags no more than allowed. When it fails or falls
 * behind, the next read goes to another; a preferred one that is well again is returned to after a while. What is one
 * query or one transaction never mixes servers; who reads in several steps compares `generation` before and after.
 */
export function createFailover(options: FailoverOptions): Failover {
  const { maxLagMs, onSwitch, lookEveryMs = LOOK_EVERY_MS } = options;
  const candidates = options.servers.map(
    (server): Candidate => ({
      ...server,
      up: undefined,
      isReplica: false,
      lagMs: undefined,
      caughtUpAt: Number.NEGATIVE_INFINITY,
      goodLooks: 0,
      problem: undefined,
    }),
  );
  let current: Candidate | undefined;
  let lastUsed: Candidate | undefined;
  let generation = 0;
  let choosing: Promise<Candidate> | undefined;
  let looking = false;

  const stateOf = (candidate: Candidate): ServerState => {
    const { name, up, isReplica, lagMs } = candidate;
    return { name, up, inUse: candidate === current, isReplica, lagMs };
  };

  /** Resolves to whether it can be used. */
  const look = async (candidate: Candidate): Promise<boolean> => {
    const askedAt = performance.now();
    try {
      const { isReplica, lagMs } = await readReplication(candidate.database);
      if (lagMs === 0) candidate.caughtUpAt = askedAt;
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
      lose(candidate, error);
    }
    candidate.goodLooks = candidate.problem === undefined ? candidate.goodLooks + 1 : 0;
    return candidate.problem === undefined;
  };

  const lose = (candidate: Candidate, error: unknown): void => {
    candidate.up = false;
    candidate.lagMs = undefined;
    candidate.goodLooks = 0;
    candidate.problem = error instanceof Error ? error : new Error(messageOf(error));
  };

  const use = (candidate: Candidate): void => {
    current = candidate;
    if (candidate === lastUsed) return;
    if (lastUsed) generation += 1;
    lastUsed = candidate;
    onSwitch(stateOf(candidate));
  };

  /** All are asked at once; nobody waits for a worse one when a better one has answered. */
  const choose = async (): Promise<Candidate> => {
    const looks = candidates.map((candidate) => ({ candidate, isUsable: look(candidate) }));
    for (const { candidate, isUsable } of looks) {
      if (!(await isUsable)) continue;
      use(candidate);
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
        lose(candidate, error);
        current = undefined;
      }
      throw error;
    }
  };

  const lookAround = async (): Promise<void> => {
    // A lone primary is known by the reads themselves.
    if (looking || (candidates.length === 1 && !candidates[0]?.isReplica)) return;
    looking = true;
    await Promise.all(candidates.map(look));
    looking = false;
    if (!current) return;
    if (current.problem) {
      current = undefined;
      return;
    }
    const better = candidates
      .slice(0, candidates.indexOf(current))
      .find(({ goodLooks }) => goodLooks >= LOOKS_TO_RETURN);
    if (better) use(better);
  };
  const timer = setInterval(() => void lookAround(), lookEveryMs);
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
    `the replica at ${name} lags ${lag} behind, and database.max_replica_lag allows ${maxLagMs / 1000} s; look whether it still receives from its primary`,
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
