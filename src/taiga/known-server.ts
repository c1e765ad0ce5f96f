import type { Database } from '../database/database.js';
import { readFileRights } from '../database/privileges.js';
import { assertTaiga, readSchema, type TaigaSchema } from './schema.js';

/** What collectors must know of the server that is read before they run. */
export interface ServerFacts {
  readonly schema: TaigaSchema;
  /** Why the role could read files of the server, half a sentence; undefined when it could not, or that is allowed. */
  readonly fileRights: string | undefined;
}

/** Asks the server once, and again when it is another one, or may have changed. */
export interface KnownServer {
  /** @throws BugflowError */
  facts(): Promise<ServerFacts>;
  /** After what a migration of Taiga, or of rights, could explain. */
  forget(): void;
}

export interface KnownServerOptions {
  /** Whether SQL of the team's own runs even as a role that could read files of the server. */
  readonly allowSuperuser?: boolean;
  /** Told once when the role could, and that is not allowed: half a sentence. */
  readonly onFileRights?: (rights: string) => void;
}

/** A Taiga that is upgraded meanwhile is known for what it is after so long. */
const LONGEST_AGE_MS = 60_000;

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
      if (!known || known.generation !== generation || now - known.askedAt > LONGEST_AGE_MS)
        known = { facts: ask(), askedAt: now, generation };
      return known.facts;
    },
    forget,
  };
}
