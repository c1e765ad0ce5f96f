import { createReports, type Reports } from '../reports/reports.js';
import { createReader } from '../taiga/reader.js';
import { createTaiga } from '../taiga/taiga.js';
import type { Installation } from './installation.js';
import { learnValues } from './learned-values.js';
import { openDatabase } from './open-database.js';

/** The reports for a command that reads them once; what history tells of statuses is read first. @throws BugflowError */
export async function openReports(
  { config, library, reports }: Installation,
  now: Date,
  warn: (message: string) => void,
): Promise<{ readonly reports: Reports; close(): Promise<void> }> {
  const { database: all, reports: database } = openDatabase(config, {
    onIdleError: (error) => warn(error.message),
  });
  try {
    const { relations } = library;
    const { calendar, timeZone, taigaUrl } = config;
    const { allowSuperuser } = config.database;
    const learned = await learnValues(config, createReader(database, relations, { allowSuperuser }), now);
    const past = learned.past();
    const taiga = createTaiga({ database, relations, values: () => past, allowSuperuser });
    return {
      reports: createReports({ taiga, library: reports, time: { calendar, timeZone }, taigaUrl }),
      close: () => all.close(),
    };
  } catch (error) {
    await all.close();
    throw error;
  }
}
