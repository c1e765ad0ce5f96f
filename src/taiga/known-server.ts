import type { Database } from '../database/database.js';
import { readFileRights } from '../database/privileges.js';
import { assertTaiga, readSchema, type TaigaSchema } from './schema.js';

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
  /** Makes the next call read again, after an error that a migration of Taiga or a change of rights could explain. */
  forget(): void;
}

export interface KnownServerOptions {
  /** Whether the team's own SQL runs even if the role could read files of the server. */
  readonly allowSuperuser?: boolean;
  /** Called once when the role could do so and that is not allowed, with the reason (part of a sentence). */
  readonly onFileRights?: (rights: string) => void;
}

/** An upgrade of Taiga is noticed after at most so long. */
const MAX_AGE_MS = 60_000;

export function createKnownServer(
  database: Database,
  { allowSuperuser = false, onFileRights = () => undefined }: KnownServerOptions = {},
): KnownServer {
  let known:
    | { readonly facts: Promise<ServerFacts>; readonly askedAt: number; readonly generation: number }
    | undefined;
  let hasWarned = false;

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

  return {
    facts() {
      const now = performance.now();
      const generation = database.generation();
      if (!known || known.generation !== generation || now - known.askedAt > MAX_AGE_MS)
        known = { facts: ask(), askedAt: now, generation };
      return known.facts;
    },
    forget,
  };
}
