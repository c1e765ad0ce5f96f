import { z } from 'zod';
import { isAddress, markupProblems, shown } from '../alerting/slack-message.js';

/*
 * Messages of blocks, held to the limits that Slack documents.
 */

const mrkdwn = z.strictObject({ type: z.literal('mrkdwn'), text: z.string() });
const plain = z.strictObject({ type: z.literal('plain_text'), text: z.string(), emoji: z.boolean() });
/** docs.slack.dev/reference/block-kit/blocks/data-visualization-block */
const chart = z.strictObject({
  type: z.literal('data_visualization'),
  title: z.string(),
  chart: z.strictObject({
    type: z.enum(['line', 'area', 'bar']),
    series: z.array(
      z.strictObject({
        name: z.string(),
        data: z.array(z.strictObject({ label: z.string(), value: z.number() })),
      }),
    ),
    axis_config: z.strictObject({
      categories: z.array(z.string()),
      x_label: z.string().optional(),
      y_label: z.string().optional(),
    }),
  }),
});
const cell = z.union([
  z.strictObject({ type: z.literal('raw_text'), text: z.string() }),
  z.strictObject({
    type: z.literal('rich_text'),
    elements: z.tuple([
      z.strictObject({
        type: z.literal('rich_text_section'),
        elements: z.tuple([z.strictObject({ type: z.literal('link'), url: z.string(), text: z.string() })]),
      }),
    ]),
  }),
]);
/** docs.slack.dev/reference/block-kit/blocks/table-block */
const table = z.strictObject({
  type: z.literal('table'),
  column_settings: z.array(
    z.strictObject({ align: z.literal('right').optional(), is_wrapped: z.literal(true).optional() }),
  ),
  rows: z.array(z.array(cell)),
});
export type ShownChart = z.output<typeof chart>;
export type ShownTable = z.output<typeof table>;

const block = z.union([
  chart,
  table,
  z.strictObject({ type: z.literal('header'), text: plain }),
  z.strictObject({ type: z.literal('section'), text: mrkdwn }),
  z.strictObject({ type: z.literal('section'), fields: z.array(mrkdwn) }),
  z.strictObject({ type: z.literal('context'), elements: z.array(mrkdwn) }),
  z.strictObject({
    type: z.literal('actions'),
    elements: z.array(z.strictObject({ type: z.literal('button'), text: plain, url: z.string() })),
  }),
]);
const message = z.strictObject({
  channel: z.string().optional(),
  text: z.string(),
  blocks: z.array(block),
  unfurl_links: z.literal(false).optional(),
  unfurl_media: z.literal(false).optional(),
});

export type BlockMessage = z.output<typeof message>;

export function readBlocks(body: string): { readonly message: BlockMessage; readonly problems: string[] } {
  const read = message.parse(JSON.parse(body));
  const problems: string[] = [];
  const check = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  const text = (name: string, value: string, max: number): void => {
    check(value !== '' && value.length <= max, `${name} of ${value.length} characters`);
    check(!/\p{Surrogate}/u.test(value), `${name} is cut within a character`);
    if (!name.startsWith('plain')) problems.push(...markupProblems(value));
  };
  check(Buffer.byteLength(body) <= 13_000, `the message has ${Buffer.byteLength(body)} bytes`);
  check(read.blocks.length > 0 && read.blocks.length <= 50, `${read.blocks.length} blocks`);
  text('text', read.text, 4000);
  const count = (type: string): number => read.blocks.filter((each) => each.type === type).length;
  check(count('data_visualization') <= 2, `${count('data_visualization')} charts`);
  check(count('table') <= 1, `${count('table')} tables`);
  for (const each of read.blocks) {
    if (each.type === 'data_visualization') problems.push(...chartProblems(each));
    if (each.type === 'table') problems.push(...tableProblems(each));
    if (each.type === 'header') text('plain header', each.text.text, 150);
    if (each.type === 'section' && 'text' in each) text('section', each.text.text, 3000);
    if (each.type === 'section' && 'fields' in each) {
      check(each.fields.length > 0 && each.fields.length <= 10, `${each.fields.length} fields`);
      for (const field of each.fields) text('field', field.text, 2000);
    }
    if (each.type === 'context') {
      check(each.elements.length <= 10, 'too many elements');
      for (const element of each.elements) text('context', element.text, 2000);
    }
    if (each.type === 'actions')
      for (const button of each.elements) {
        text('plain button', button.text.text, 75);
        check(isAddress(button.url), `a button without an address: ${button.url}`);
      }
  }
  return { message: read, problems };
}

function* chartProblems({ title, chart: { series, axis_config } }: ShownChart): Iterable<string> {
  const { categories, x_label, y_label } = axis_config;
  const fits = (text: string, max: number): boolean =>
    text !== '' && text.length <= max && !/\p{Surrogate}|\p{Cc}|\u202e/u.test(text);
  if (!fits(title, 50)) yield `a chart's title: ${title}`;
  for (const label of [x_label, y_label])
    if (label !== undefined && !fits(label, 50)) yield `an axis' label: ${label}`;
  if (series.length < 1 || series.length > 6) yield `${series.length} series`;
  if (categories.length < 1 || categories.length > 20) yield `${categories.length} categories`;
  for (const label of [...categories, ...series.map(({ name }) => name)])
    if (!fits(label, 20)) yield `a label: ${label}`;
  if (new Set(categories).size < categories.length) yield 'the same category twice';
  if (new Set(series.map(({ name }) => name)).size < series.length) yield 'the same series twice';
  for (const { name, data } of series)
    if (data.map(({ label }) => label).join('\n') !== categories.join('\n'))
      yield `series ${name} does not have each category once`;
}

function* tableProblems({ rows, column_settings }: ShownTable): Iterable<string> {
  const width = rows[0]?.length ?? 0;
  if (rows.length < 1 || rows.length > 100) yield `${rows.length} rows`;
  if (width < 1 || width > 20) yield `${width} columns`;
  if (column_settings.length > 20) yield `${column_settings.length} column settings`;
  if (rows.some((row) => row.length !== width)) yield 'rows of different lengths';
  const texts = rows.flat().map(cellText);
  if (texts.some((text) => text === '')) yield 'a cell without text';
  if (texts.join('').length > 10_000) yield 'more than 10,000 characters in cells';
  if (/[\p{Cc}\p{Surrogate}\u202e]/u.test(texts.join(''))) yield 'a cell with a character that is none';
  for (const each of rows.flat())
    if (each.type === 'rich_text' && !isAddress(each.elements[0].elements[0].url))
      yield 'a link without an address';
}

export function cellText(each: z.output<typeof cell>): string {
  return each.type === 'raw_text' ? each.text : each.elements[0].elements[0].text;
}

/** All that a reader sees, a block a line or more. */
export function seen({ blocks }: BlockMessage): string {
  return blocks
    .map((each) => {
      if (each.type === 'header') return each.text.text;
      if (each.type === 'data_visualization') return chartText(each);
      if (each.type === 'table')
        return each.rows
          .map((row) =>
            row
              .map((one) =>
                one.type === 'raw_text' ? one.text : `[${cellText(one)}](${one.elements[0].elements[0].url})`,
              )
              .join(' | '),
          )
          .join('\n');
      if (each.type === 'context') return each.elements.map((element) => element.text).join(' ');
      if (each.type === 'actions')
        return each.elements.map((button) => `[${button.text.text}](${button.url})`).join(' ');
      return 'text' in each ? each.text.text : each.fields.map((field) => field.text).join('\n');
    })
    .map((line) => shown(line).replaceAll('\u200b', ''))
    .join('\n');
}

function chartText({ title, chart: { type, series, axis_config } }: ShownChart): string {
  const { categories, x_label = '', y_label = '' } = axis_config;
  return [
    `${type}: ${title}, ${x_label} / ${y_label}: ${categories.join(', ')}`,
    ...series.map(({ name, data }) => `${name}: ${data.map(({ value }) => value).join(', ')}`),
  ].join('\n');
}
