import pg from 'pg';
import { expect, test } from 'vitest';
import { BugflowError } from '../../src/base/errors.js';
import { explainDatabaseError } from '../../src/database/explain-error.js';

const TARGET = { where: 'db:6432', user: 'bugflow', database: 'taiga', origins: '', credentials: '' };

function serverError(code: string, message: string): pg.DatabaseError {
  const error = new pg.DatabaseError(message, message.length, 'error');
  error.code = code;
  return error;
}

test('PgBouncer that refuses what is asked of a session is told with the setting that fixes it', () => {
  const error = explainDatabaseError(serverError('08P01', 'unsupported startup parameter: options'), TARGET);
  expect(error).toBeInstanceOf(BugflowError);
  expect(error).toMatchObject({
    code: 'DATABASE_LOGIN_REFUSED',
    message:
      "the pooler at db:6432 does not accept the session's options: unsupported startup parameter: options; set ignore_startup_parameters = options in pgbouncer.ini",
  });
});

test('another breach of the protocol stays what it is', () => {
  const error = serverError('08P01', 'invalid message format');
  expect(explainDatabaseError(error, TARGET)).toBe(error);
});
