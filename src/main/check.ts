import pino from 'pino';
import { createExposition } from '../exposition/exposition.js';
import { createCronTicker } from '../scheduling/cron-ticker.js';
import type { Installation } from './installation.js';
import { stopAll } from './lifecycle.js';
import type { CheckContext, Findings } from './part.js';
import { createParts } from './parts.js';

/**
 * Lets each part check itself, and prints what it finds. Resolves to whether all is well.
 * @throws BugflowError when the database cannot be used at all
 */
export async function check(installation: Installation, context: CheckContext): Promise<boolean> {
  const { print } = context;
  print(`Configuration: ${installation.config.file ?? 'none, only the environment'}`);
  // The parts are not started: nothing listens, and nothing is published.
  const parts = await createParts({
    installation,
    version: '',
    exposition: await createExposition(),
    web: { lastReadSuccessful: () => undefined },
    stateAccess: 'read',
    log: pino({ level: 'silent' }),
    createTicker: createCronTicker,
    refresh: () => undefined,
  });
  const findings: Findings[] = [];
  try {
    for (const part of parts) findings.push((await part.check?.(context)) ?? {});
  } finally {
    await stopAll(parts);
  }
  // Several parts may report the same problem, such as a missing right.
  for (const problem of new Set(findings.flatMap(({ problems = [] }) => problems))) print(problem);
  const conclusions = findings.flatMap(({ conclusions = [] }) => conclusions);
  if (conclusions.length > 0) {
    print(conclusions.join(' '));
    return false;
  }
  const exception = findings.some(({ hasWarned }) => hasWarned) ? ' except for the warning above' : '';
  print(`All is well${exception}: ${findings.flatMap(({ summary }) => summary ?? []).join(', ')}.`);
  return true;
}
