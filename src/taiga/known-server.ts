import type { Database } from '../database/database.js';
import { readFileRights } from '../database/privileges.js';
import { assertTaiga, readSchema, type TaigaSchema } from './schema.js';
import { findTimeZoneDifference } from './time-zone-check.js';

/** Facts about the current server that must be known before collectors run. */
export interface ServerFacts {
  readonly schema: TaigaSchema;
  /** Why the role could read the server's files (part of a sentence); undefined when it could not, or may do so. */
  readonly fileRights: string | undefined;
}

/** Reads the facts once, and again when the server is another one or may have changed. */
export interface KnownServer {
  /** @throws BugflowError */
  facts(): Promise<ServerFacts>;
  /** Compares once for each server how it reads this time zone. @throws BugflowError when it does not know it */
  checkTimeZone(name: string): Promise<void>;
  /** Makes the next call read again, after an error that a migration of Taiga or a change of rights could explain. */
  forget(): void;
}

export interface KnownServerOptions {
  /** Whether the team's own SQL runs even if the role could read files of the server. */
  readonly allowSuperuser?: boolean;
  /** Called once when the role could do so and that is not allowed, with the reason (part of a sentence). */
  readonly onFileRights?: (rights: string) => void;
  /** Called for each server that reads the time zone otherwise than we do, with the difference (a sentence). */
  readonly onTimeZone?: (difference: string) => void;
}

/** An upgrade of Taiga is noticed after at most so long. */
const MAX_AGE_MS = 60_000;

export function createKnownServer(
  database: Database,
  {
    allowSuperuser = false,
    onFileRights = () => undefined,
    onTimeZone = () => undefined,
  }: KnownServerOptions = {},
): KnownServer {
  let known:
    | { readonly facts: Promise<ServerFacts>; readonly askedAt: number; readonly generation: number }
    | undefined;
  let hasWarned = false;
  let zones: { readonly generation: number; readonly checks: Map<string, Promise<void>> } | undefined;

  const forget = (): void => {
    known = undefined;
  };
  const ask = async (): Promise<ServerFacts> => {
    try {
      const schema = await readSchema(database);
      assertTaiga(schema);
      const fileRights = allowSuperuser ? undefined : await readFileRights(database);
      if (fileRights !== undefined && !hasWarned) {
        hasWarned = true;
        onFileRights(fileRights);
      }
      return { schema, fileRights };
    } catch (error) {
      forget();
      throw error;
    }
  };

  const compareTimeZone = async (name: string): Promise<void> => {
    const difference = await findTimeZoneDifference(database, name, Date.now());
    if (difference !== undefined) onTimeZone(difference);
  };

  return {
    facts() {
      const now = performance.now();
      const generation = database.generation();
      if (!known || known.generation !== generation || now - known.askedAt > MAX_AGE_MS)
        known = { facts: ask(), askedAt: now, generation };
      return known.facts;
    },
    checkTimeZone(name) {
      const generation = database.generation();
      if (zones?.generation !== generation) zones = { generation, checks: new Map() };
      const { checks } = zones;
      const check = checks.get(name) ?? compareTimeZone(name);
      checks.set(name, check);
      // The data may be updated, or the server have been away.
      check.catch(() => checks.delete(name));
      return check;
    },
    forget,
  };
}
