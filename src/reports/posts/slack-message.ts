import {
  type Block,
  context,
  escaped,
  fields,
  fitting,
  header,
  link,
  linkButton,
  type SlackMessage,
  section as sectionBlock,
} from '../../slack/blocks.js';
import { comparison } from '../formats/comparison.js';
import { itemUrl } from '../item-url.js';
import type { ReportResult, SectionResult } from '../result.js';
import { isNumeric } from '../units.js';
import { formatValue } from '../values.js';

/** A channel is no place for long lists: the page has the rest. */
const MAX_ROWS = 5;
const MAX_TITLE = 100;
const MAX_CELL = 150;
const SIGN = { better: '🟢', worse: '🔴' } as const;

/**
 * The report's numbers, and the first rows of its lists.
 * @param pageUrl of the same report, undefined where the service's address is not known
 * @throws BugflowError for a value that does not fit its unit
 */
export function toSlackMessage(result: ReportResult, pageUrl: string | undefined): SlackMessage {
  const { definition, period, sections } = result;
  const scope = `${escaped(projectsOf(result), MAX_CELL)} – ${escaped(period.title, MAX_CELL)}`;
  const head = [header(definition.title), context(scope)];
  const button = pageUrl === undefined ? undefined : linkButton('Show all', pageUrl);
  const body = fitting(sections.flatMap((section) => blocksOf(section, result)));
  return {
    text: `${escaped(definition.title, MAX_TITLE)}: ${scope}`,
    blocks: [...head, ...body, ...(button ? [button] : [])],
  };
}

/** That a report could not be made. */
export function toFailureMessage(title: string, reason: string): SlackMessage {
  const text = `The report “${escaped(title, MAX_TITLE)}” could not be made: ${escaped(reason, 1000)}`;
  return { text, blocks: [sectionBlock([text])] };
}

function projectsOf({ projects }: ReportResult): string {
  return projects.length <= 5 ? projects.join(', ') : `${projects.length} projects`;
}

function blocksOf(section: SectionResult, { timeZone, taigaUrl }: ReportResult): Block[] {
  const { definition, rows } = section;
  const { shape, columns } = definition;
  // Charts are on the page.
  if (shape === 'chart') return [];
  const title = `*${escaped(definition.title, MAX_TITLE)}*`;
  if (rows.length === 0) return [sectionBlock([title, escaped(definition.empty, MAX_CELL)])];
  const text = (row: readonly (string | null)[] | undefined, i: number): string => {
    const column = columns[i];
    return column ? escaped(formatValue(row?.[i] ?? null, column, definition, timeZone), MAX_CELL) : '';
  };
  if (shape === 'numbers')
    return [
      sectionBlock([title]),
      ...fields(
        columns.map((column, i) => {
          const [now, was] = [rows[0], section.before?.[0]];
          const word = comparison(column, now?.[i], was?.[i]);
          const before = was ? ` (before: ${text(was, i) || '–'})` : '';
          return `${escaped(column.title, MAX_TITLE)}\n${word ? `${SIGN[word]} ` : ''}*${text(now, i) || '–'}*${before}`;
        }),
      ),
    ];
  const shown = rows.slice(0, MAX_ROWS);
  const lines = shown.map((row) => {
    const address = shape === 'items' ? itemUrl(taigaUrl, columns, row) : undefined;
    const parts = columns.flatMap(({ name, title: what, unit }, i) => {
      const cell = text(row, i);
      if (cell === '') return [];
      // A number by itself says nothing, and a trend neither.
      if (name !== 'ref')
        return [isNumeric(unit) || unit === 'trend' ? `${escaped(what, MAX_TITLE)} ${cell}` : cell];
      return [address === undefined ? `#${cell}` : link(address, `#${cell}`)];
    });
    return `• ${parts.join(' · ')}`;
  });
  const missing = rows.length - shown.length;
  const more = missing > 0 ? [`… and ${section.isCut ? 'at least ' : ''}${missing} more`] : [];
  return [sectionBlock([title, ...lines, ...more])];
}
