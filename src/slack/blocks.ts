import type { ChartBlock } from './chart-block.js';
import type { TableBlock } from './table-block.js';

/*
 * Slack's Block Kit: what is used of it, kept within Slack's limits (docs.slack.dev/reference/block-kit/blocks).
 */

/** Text with Slack's markup, in which texts of others were escaped. */
interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
}

interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

export type Block =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'section'; readonly text: Mrkdwn }
  | { readonly type: 'section'; readonly fields: readonly Mrkdwn[] }
  | { readonly type: 'context'; readonly elements: readonly Mrkdwn[] }
  | {
      readonly type: 'actions';
      readonly elements: readonly {
        readonly type: 'button';
        readonly text: PlainText;
        readonly url: string;
      }[];
    }
  | ChartBlock
  | TableBlock;

export interface SlackMessage {
  /** For notifications and screen readers: plain words, already escaped. */
  readonly text: string;
  readonly blocks: readonly Block[];
  /** The same without charts and tables, for workspaces that do not take them; undefined: there are none. */
  readonly plain?: readonly Block[] | undefined;
}

const MAX_HEADER = 150;
const MAX_SECTION = 3000;
const MAX_FIELD = 2000;
const MAX_FIELDS = 10;
const MAX_URL = 3000;
/** Of a message, with some to spare for what stands around it; Slack takes 50. */
const MAX_BLOCKS = 45;
/** The limit for all blocks together is in no documentation; it was seen to be about 13,200. */
const MAX_BYTES = 8000;
/** The same with charts and tables, which are mostly JSON. */
const MAX_BYTES_WITH_DATA = 11_500;

export function header(text: string): Block {
  return { type: 'header', text: plain(clip(text, MAX_HEADER)) };
}

/** Whole lines only, as many as fit; the last one says how many are missing. */
export function section(lines: readonly string[]): Block {
  return { type: 'section', text: { type: 'mrkdwn', text: firstLines(lines) } };
}

/** Short texts side by side, in as many blocks as they need. */
export function fields(texts: readonly string[]): Block[] {
  const blocks: Block[] = [];
  for (let i = 0; i < texts.length; i += MAX_FIELDS)
    blocks.push({
      type: 'section',
      fields: texts.slice(i, i + MAX_FIELDS).map((text) => ({ type: 'mrkdwn', text: clip(text, MAX_FIELD) })),
    });
  return blocks;
}

export function context(text: string): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: clip(text, MAX_FIELD) }] };
}

/** A piece of a message: what all workspaces take, and what is better where a chart or a table can be shown. */
export interface Piece {
  readonly plain: readonly Block[];
  readonly better?: readonly Block[] | undefined;
}

/** In a message. */
const MOST: ReadonlyMap<string, number> = new Map([
  ['data_visualization', 2],
  ['table', 1],
]);

/** Takes the better form of each piece as long as Slack's limits allow it, and then the first blocks that fit. */
export function assembled(pieces: readonly Piece[]): { blocks: Block[]; isBetter: boolean[] } {
  let bytes = pieces.reduce((sum, { plain }) => sum + sizeOf(plain), 0);
  const counts = new Map<string, number>();
  const isBetter = pieces.map(({ plain, better }) => {
    if (!better) return false;
    const next = bytes - sizeOf(plain) + sizeOf(better);
    const limited = better.map(({ type }) => type).filter((type) => MOST.has(type));
    if (next > MAX_BYTES_WITH_DATA) return false;
    if (limited.some((type) => (counts.get(type) ?? 0) >= (MOST.get(type) ?? 0))) return false;
    for (const type of limited) counts.set(type, (counts.get(type) ?? 0) + 1);
    bytes = next;
    return true;
  });
  const blocks = pieces.flatMap(({ plain, better }, i) => (isBetter[i] && better ? better : plain));
  return { blocks: fitting(blocks, isBetter.includes(true) ? MAX_BYTES_WITH_DATA : MAX_BYTES), isBetter };
}

/** The first of the blocks, as many as Slack takes in one message; the last one says that there were more. */
function fitting(blocks: readonly Block[], maxBytes: number): Block[] {
  let bytes = 0;
  const first = blocks.findIndex((block, i) => {
    bytes += sizeOf([block]);
    return i >= MAX_BLOCKS || bytes > maxBytes;
  });
  if (first < 0) return [...blocks];
  return [...blocks.slice(0, first), context('There is more than fits into a message.')];
}

export function sizeOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + Buffer.byteLength(JSON.stringify(block)), 0);
}

/** A button that opens a page; undefined for an address that is too long for Slack. */
export function linkButton(label: string, url: string): Block | undefined {
  if (url.length > MAX_URL) return undefined;
  return { type: 'actions', elements: [{ type: 'button', text: plain(label), url }] };
}

/**
 * Somebody's text as Slack shows it, in one line and at most so many characters: no markup, no mention that rings, and no
 * character that changes the direction of what follows.
 */
export function escaped(text: string, maxCharacters: number): string {
  return (
    oneLine(text, maxCharacters)
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      // A zero-width space after them keeps these from being taken for markup.
      .replace(/[*_~`]/g, (character) => `${character}\u200b`)
  );
}

/** The same where Slack knows no markup. */
export function oneLine(text: string, maxCharacters: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, (run) => (run.trim() === '\u200d' ? run : ' ')).trim();
  return clip(line, maxCharacters);
}

/** Whether Slack takes it as the address of a link. */
export function isLinkable(url: string): boolean {
  return /^https?:\/\/[^\s<>|]+$/.test(url) && url.length <= MAX_URL;
}

/** A link whose label is already escaped; only the label where the address cannot be one. */
export function link(url: string, label: string): string {
  return isLinkable(url) ? `<${url}|${label}>` : label;
}

/** Cut between two characters as people see them. */
function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter('en').segment(text.slice(0, max))) {
    if (kept.length + segment.length > max - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

function firstLines(lines: readonly string[]): string {
  const whole = lines.join('\n');
  if (whole.length <= MAX_SECTION) return whole;
  for (let count = lines.length - 1; count > 0; count--) {
    const text = [...lines.slice(0, count), `… and ${lines.length - count} more`].join('\n');
    if (text.length <= MAX_SECTION) return text;
  }
  return `… ${lines.length} lines, each too long for Slack`;
}

function plain(text: string): PlainText {
  return { type: 'plain_text', text, emoji: false };
}
