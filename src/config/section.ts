import type { z } from 'zod';
import type { DocumentPath } from '../base/document.js';
import type { Place } from '../base/errors.js';
import type { Environment } from './expand.js';

/** Where a key stands in the configuration file, if there is one. */
export type Locate = (path: DocumentPath) => Place | undefined;

/** A top-level key of the configuration file: what may stand there, and what it amounts to. */
export interface Section<
  Key extends string = string,
  Name extends string = string,
  Schema extends z.ZodType = z.ZodType,
  Result = unknown,
> {
  /** As the file has it: `time_zone`. */
  readonly key: Key;
  /** As the code has it, in `Config`: `timeZone`. */
  readonly name: Name;
  /** Strict, and each key with its description: the reference is made of them. */
  readonly schema: Schema;
  /** What it amounts to, or a promise of that; checks what the schema cannot. @throws BugflowError naming the line and the fix. */
  resolve(raw: z.output<Schema>, context: SectionContext): Result;
}

/** What a section needs beside its own keys. */
export interface SectionContext {
  /** The folder to which paths are relative. */
  readonly base: string;
  readonly env: Environment;
  readonly locate: Locate;
  /** The database where no other is named. */
  readonly embeddedUrl: string | undefined;
  /** What another section amounts to. No two may ask for each other. */
  readonly resolved: <Result>(section: Section<string, string, z.ZodType, Result>) => Result;
}

/** Lets the types of a section follow from its pieces. */
export function defineSection<
  const Key extends string,
  const Name extends string,
  Schema extends z.ZodType,
  Result,
>(section: Section<Key, Name, Schema, Result>): Section<Key, Name, Schema, Result> {
  return section;
}
