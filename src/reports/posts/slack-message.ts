import {
  assembled,
  type Block,
  context,
  escaped,
  fields,
  header,
  link,
  linkButton,
  type Piece,
  type SlackMessage,
  section as sectionBlock,
} from '../../slack/blocks.js';
import { comparison } from '../formats/comparison.js';
import { createLinks, type LinkOf } from '../formats/links.js';
import { itemUrl } from '../item-url.js';
import type { ReportResult, SectionResult } from '../result.js';
import { isNumeric } from '../units.js';
import { formatValue } from '../values.js';
import { slackChart } from './slack-chart.js';
import { slackTable } from './slack-table.js';

/** A channel is no place for long lists: the page has the rest. */
const MAX_ROWS = 5;
const MAX_TITLE = 100;
const MAX_CELL = 150;
const SIGN = { better: '🟢', worse: '🔴' } as const;

/** A report as a message, and which of its charts are not drawn in it. */
export interface ReportMessage {
  readonly message: SlackMessage;
  readonly undrawn: readonly SectionResult[];
  /** The same where the workspace takes no charts. */
  readonly undrawnInPlain: readonly SectionResult[];
}

/**
 * The report's numbers, its charts, a table, and the first rows of its lists.
 * @param pageUrl of the same report, undefined where the service's address is not known
 * @param serviceUrl for links to other reports
 * @throws BugflowError for a value that does not fit its unit
 */
export function toSlackMessage(
  result: ReportResult,
  pageUrl: string | undefined,
  serviceUrl?: string,
): ReportMessage {
  const { definition, period } = result;
  const sections = result.sections.filter((section) => !section.definition.isDetail);
  const scope = `${escaped(projectsOf(result), MAX_CELL)} – ${escaped(period.title, MAX_CELL)}`;
  const head = [header(definition.title), context(scope)];
  const button = pageUrl === undefined ? undefined : linkButton('Show all', pageUrl);
  const linkOf = createLinks(result, serviceUrl);
  const pieces = sections.map((section): Piece => {
    const plain = blocksOf(section, result);
    return { plain, better: betterBlocks(section, result, linkOf) };
  });
  const whole = (body: readonly Block[], undrawn: readonly SectionResult[]): Block[] => [
    ...head,
    ...body,
    ...(undrawn.length > 0 ? [context(`Not drawn here: ${listed(undrawn)}`)] : []),
    ...(button ? [button] : []),
  ];
  const undrawnOf = (isBetter: readonly boolean[]): SectionResult[] =>
    sections.filter(
      ({ definition: { shape }, rows }, i) => shape === 'chart' && rows.length > 0 && !isBetter[i],
    );
  const best = assembled(pieces);
  const plain = assembled(pieces.map((piece) => ({ plain: piece.plain })));
  const [undrawn, undrawnInPlain] = [undrawnOf(best.isBetter), undrawnOf(plain.isBetter)];
  return {
    message: {
      text: `${escaped(definition.title, MAX_TITLE)}: ${scope}`,
      blocks: whole(best.blocks, undrawn),
      plain: best.isBetter.includes(true) ? whole(plain.blocks, undrawnInPlain) : undefined,
    },
    undrawn,
    undrawnInPlain,
  };
}

const MAX_LISTED = 8;

function listed(sections: readonly SectionResult[]): string {
  const shown = sections.slice(0, MAX_LISTED).map(({ definition: { title } }) => escaped(title, MAX_TITLE));
  const rest = sections.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** A chart or a table that Slack shows itself, with what it leaves out; undefined where there is none. */
function betterBlocks(
  section: SectionResult,
  { timeZone }: ReportResult,
  linkOf: LinkOf,
): Block[] | undefined {
  const { title, shape } = section.definition;
  if (section.rows.length === 0) return undefined;
  if (shape === 'chart') {
    const chart = slackChart(section, timeZone);
    return chart && [chart.block, ...noteOf(`${escaped(title, MAX_TITLE)}: `, chart.notes)];
  }
  if (shape !== 'table') return undefined;
  const table = slackTable(section, timeZone, linkOf);
  return table && [sectionBlock([`*${escaped(title, MAX_TITLE)}*`]), table.block, ...noteOf('', table.notes)];
}

function noteOf(start: string, notes: readonly string[]): Block[] {
  return notes.length === 0 ? [] : [context(`${start}${notes.map((note) => escaped(note, 300)).join('; ')}`)];
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
  const title = `*${escaped(definition.title, MAX_TITLE)}*`;
  if (rows.length === 0) return [sectionBlock([title, escaped(definition.empty, MAX_CELL)])];
  // It cannot be told in words.
  if (shape === 'chart') return [];
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
