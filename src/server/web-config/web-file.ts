import { dirname, resolve } from 'node:path';
import { type Document, type DocumentPath, readDocument } from '../../base/document.js';
import { BugflowError } from '../../base/errors.js';
import { explainReadError } from '../../base/explain-read-error.js';
import { readNamedFile } from '../../base/read-at-most.js';
import type { FileWatch } from './file-watch.js';
import { type RawWebFile, webFileSchema } from './schema.js';
import { type TlsSettings, tlsSettings } from './tls-settings.js';

/** The settings from a web configuration file. Contain secrets: never shown. */
export interface WebSettings {
  /** Undefined: plain HTTP. */
  readonly tls: TlsSettings | undefined;
  /** Headers of every response. */
  readonly headers: Readonly<Record<string, string>>;
  /** User → bcrypt hash of the password. */
  readonly users: ReadonlyMap<string, string>;
  readonly tokens: readonly string[];
}

export const NO_WEB_FILE: WebSettings = { tls: undefined, headers: {}, users: new Map(), tokens: [] };

/** Reads a file that is named at this path of the web configuration file. */
export type ReadNamedFile = (file: string, path: DocumentPath) => Promise<string>;

/** Reads and checks the file and all files that it names. @throws BugflowError that names file, line and fix */
export async function readWebFile(file: string, watch: FileWatch): Promise<WebSettings> {
  await watch.note(file);
  const document = await readDocument(file, webFileSchema, {
    unreadable: 'CONFIG_UNREADABLE',
    invalid: 'CONFIG_INVALID',
  });
  const read = namedFileReader(document, watch);
  const { tls_server_config, http_server_config, basic_auth_users, bearer_token_files } = document.value;
  return {
    tls: tls_server_config && (await tlsSettings(tls_server_config, read, document.place)),
    headers: definedOnly(http_server_config?.headers ?? {}),
    users: new Map(Object.entries(basic_auth_users ?? {})),
    tokens: await readTokens(bearer_token_files ?? [], read, document),
  };
}

function namedFileReader({ file: webFile, place }: Document<RawWebFile>, watch: FileWatch): ReadNamedFile {
  return async (name, path) => {
    const file = resolve(dirname(webFile), name);
    await watch.note(file);
    try {
      return (await readNamedFile(file)).toString('utf8');
    } catch (error) {
      // The name is not quoted, as somebody may have written the token itself in its place.
      throw new BugflowError(
        'CONFIG_UNREADABLE',
        `the file that is named here cannot be read: ${explainReadError(error)}; paths are relative to this file`,
        { place: place(path), cause: error },
      );
    }
  };
}

async function readTokens(
  files: readonly string[],
  read: ReadNamedFile,
  { place }: Document<RawWebFile>,
): Promise<string[]> {
  const tokens: string[] = [];
  for (const [index, file] of files.entries()) {
    const path = ['bearer_token_files', index];
    const token = (await read(file, path)).trim();
    // The characters allowed by RFC 6750; others would not survive the transport.
    if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
      throw new BugflowError(
        'CONFIG_INVALID',
        `${file} does not hold one token of letters, digits and -._~+/; make one with: openssl rand -hex 32`,
        { place: place(path) },
      );
    }
    tokens.push(token);
  }
  return tokens;
}

/** In lower case, like Node's own headers. */
function definedOnly(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );
}
