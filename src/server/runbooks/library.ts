import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What to do about each alert, as Markdown without its title. */
export interface Runbooks {
  /** The table of all of them. */
  readonly table: string;
  /** By the name of the alert. */
  readonly byAlert: ReadonlyMap<string, string>;
}

/** What is shown where the files are missing: numbers do not wait for texts. */
export const NO_RUNBOOKS: Runbooks = {
  table: 'The files of the runbooks are missing: install the package again.',
  byAlert: new Map(),
};

/** Reads the files of a folder: `README.md` is the table, every other one an alert's. @throws where they cannot be read */
export async function readRunbooks(folder: string): Promise<Runbooks> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.md') && file !== 'README.md');
  const textOf = async (file: string): Promise<string> =>
    withoutTitle(await readFile(join(folder, file), 'utf8'));
  return {
    table: await textOf('README.md'),
    byAlert: new Map(
      await Promise.all(
        files
          .sort()
          .map(async (file): Promise<[string, string]> => [file.slice(0, -'.md'.length), await textOf(file)]),
      ),
    ),
  };
}

function withoutTitle(text: string): string {
  return text.replace(/^# .*\n/, '');
}
