import type { DocumentPath } from '../documents/document.js';
import type { Place } from '../errors.js';
import type { Environment } from './expand.js';

/** Where a key stands in the configuration file, if there is one. */
export type Locate = (path: DocumentPath) => Place | undefined;

/** What a section of the configuration needs beside its own keys. */
export interface SectionContext {
  /** The folder to which paths are relative. */
  readonly base: string;
  readonly env: Environment;
  readonly locate: Locate;
}
