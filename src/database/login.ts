import type pg from 'pg';
import { BugflowError } from '../base/errors.js';
import type { DatabaseAddress } from '../config/database-address.js';
import type { ServerHost } from '../config/server-hosts.js';
import type { DatabaseTarget } from './explain-error.js';
import { findPassword } from './passwords-file.js';

/** What a connection answers when the server asks who it is. */
export interface Login {
  /** Called when the server asks for a password. @throws BugflowError */
  readonly password: () => Promise<string>;
  /** Takes note of how the server asks; before the connection is made. */
  watch(client: pg.Client): void;
  /** The file of passwords, once its password was used. */
  passwordsFile(): string | undefined;
  /** After the login. @throws BugflowError when it is not as demanded */
  check(): void;
}

export interface LoginOptions {
  readonly address: DatabaseAddress;
  readonly server: ServerHost;
  readonly target: DatabaseTarget;
}

export function createLogin({ address, server, target }: LoginOptions): Login {
  const refuse = (reason: string): BugflowError =>
    new BugflowError(
      'DATABASE_LOGIN_REFUSED',
      `cannot log in to the database at ${target.where} as "${target.user}": ${reason}`,
    );
  let isBound = false;
  let usedFile: string | undefined;
  const check = (): void => {
    if (address.needsChannelBinding && !isBound)
      throw refuse(
        'channel_binding=require, but the server does not log in with SCRAM-SHA-256-PLUS; leave it out',
      );
  };
  return {
    async password() {
      check();
      if (address.password) return address.password;
      const { passwordsFile } = address;
      const found = passwordsFile && (await findPassword(passwordsFile, { server, ...address }));
      if (found) {
        usedFile = passwordsFile;
        return found;
      }
      throw refuse(
        `it asks for a password, and there is none; check the password in the database URL or its file, database.password_file, PGPASSWORD or ${passwordsFile ?? '~/.pgpass'}`,
      );
    },
    watch(client) {
      const { connection } = client as unknown as { readonly connection: NodeJS.EventEmitter };
      connection.prependListener(
        'authenticationSASL',
        ({ mechanisms }: { readonly mechanisms: readonly string[] }) => {
          isBound = mechanisms.includes('SCRAM-SHA-256-PLUS');
        },
      );
    },
    passwordsFile: () => usedFile,
    check,
  };
}
