import type { z } from 'zod';
import type { DocumentPath } from '../base/document.js';
import type { Place } from '../base/errors.js';
import type { Environment } from './expand.js';

/** The place of a key in the configuration file, if there is one. */
export type Locate = (path: DocumentPath) => Place | undefined;

/** A top-level key of the configuration file: the schema of its value, and how the value is used. */
export interface Section<
  Key extends string = string,
  Name extends string = string,
  Schema extends z.ZodType = z.ZodType,
  Result = unknown,
> {
  /** The key in the file: `time_zone`. */
  readonly key: Key;
  /** The name in the code, in `Config`: `timeZone`. */
  readonly name: Name;
  /** A strict schema in which each key has a description: the reference is generated from them. */
  readonly schema: Schema;
  /** Makes the result (or a promise of it) and checks what the schema cannot. @throws BugflowError naming line and fix */
  resolve(raw: z.output<Schema>, context: SectionContext): Result;
}

/** What a section needs besides its own keys. */
export interface SectionContext {
  /** The folder to which paths are relative. */
  readonly base: string;
  readonly env: Environment;
  readonly locate: Locate;
  /** The database to use when none is configured. */
  readonly embeddedUrl: string | undefined;
  /** The result of another section. Two sections must not ask for each other. */
  readonly resolved: <Result>(section: Section<string, string, z.ZodType, Result>) => Result;
}

/** Infers the types of a section. */
export function defineSection<
  const Key extends string,
  const Name extends string,
  Schema extends z.ZodType,
  Result,
>(section: Section<Key, Name, Schema, Result>): Section<Key, Name, Schema, Result> {
  return section;
}
