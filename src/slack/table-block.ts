import { isLinkable, oneLine } from './blocks.js';

/*
 * Tables. Shape and limits: docs.slack.dev/reference/block-kit/blocks/table-block. A cell without text is refused as
 * `invalid_blocks`.
 */

export interface TableBlock {
  readonly type: 'table';
  readonly column_settings: readonly { readonly align?: 'right'; readonly is_wrapped?: true }[];
  /** The first one is the head. */
  readonly rows: readonly (readonly TableCell[])[];
}

type TableCell =
  | { readonly type: 'raw_text'; readonly text: string }
  | {
      readonly type: 'rich_text';
      readonly elements: readonly [
        {
          readonly type: 'rich_text_section';
          readonly elements: readonly [
            { readonly type: 'link'; readonly url: string; readonly text: string },
          ];
        },
      ];
    };

export interface TableContent {
  /** At most {@link MAX_TABLE_COLUMNS}. */
  readonly columns: readonly { readonly title: string; readonly isNumber: boolean }[];
  readonly rows: readonly (readonly { readonly text: string; readonly url?: string | undefined }[])[];
}

export const MAX_TABLE_COLUMNS = 20;
/** Slack takes 100 with the head; but a channel is no place for long lists. */
export const MAX_TABLE_ROWS = 20;
const MAX_CELL = 100;
/** Slack takes 10,000 characters in all cells; a message takes little more than that for everything. */
const MAX_BYTES = 6000;

/** The first rows, as many as fit; undefined where not even one does. */
export function tableBlock({ columns, rows }: TableContent): TableBlock | undefined {
  const table = [columns.map(({ title }) => cellOf(title, undefined))];
  let bytes = Buffer.byteLength(JSON.stringify(table));
  for (const row of rows.slice(0, MAX_TABLE_ROWS)) {
    const cells = row.map(({ text, url }) => cellOf(text, url));
    bytes += Buffer.byteLength(JSON.stringify(cells));
    if (bytes > MAX_BYTES) break;
    table.push(cells);
  }
  if (table.length < 2) return undefined;
  return {
    type: 'table',
    column_settings: columns.map(({ isNumber }) => (isNumber ? { align: 'right' } : { is_wrapped: true })),
    rows: table,
  };
}

function cellOf(content: string, url: string | undefined): TableCell {
  const text = oneLine(content, MAX_CELL) || '–';
  if (url === undefined || !isLinkable(url)) return { type: 'raw_text', text };
  return {
    type: 'rich_text',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'link', url, text }] }],
  };
}
