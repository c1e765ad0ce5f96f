import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The runbooks as Markdown, without their titles. */
export interface Runbooks {
  /** The table of all runbooks. */
  readonly table: string;
  /** By the alert's name. */
  readonly byAlert: ReadonlyMap<string, string>;
}

/** Used when the files are missing, which must not stop the metrics. */
export const NO_RUNBOOKS: Runbooks = {
  table: 'The files of the runbooks are missing: install the package again.',
  byAlert: new Map(),
};

/** Reads the files of a folder: `README.md` is the table, each other one is about an alert. @throws when it cannot */
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
