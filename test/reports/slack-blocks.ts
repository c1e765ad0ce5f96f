import { z } from 'zod';
import { isAddress, markupProblems, shown } from '../alerting/slack-message.js';

/*
 * Messages of blocks, held to the limits that Slack documents.
 */

const mrkdwn = z.strictObject({ type: z.literal('mrkdwn'), text: z.string() });
const plain = z.strictObject({ type: z.literal('plain_text'), text: z.string(), emoji: z.boolean() });
const block = z.union([
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
  for (const each of read.blocks) {
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

/** All that a reader sees, a block a line or more. */
export function seen({ blocks }: BlockMessage): string {
  return blocks
    .map((each) => {
      if (each.type === 'header') return each.text.text;
      if (each.type === 'context') return each.elements.map((element) => element.text).join(' ');
      if (each.type === 'actions')
        return each.elements.map((button) => `[${button.text.text}](${button.url})`).join(' ');
      return 'text' in each ? each.text.text : each.fields.map((field) => field.text).join('\n');
    })
    .map((line) => shown(line).replaceAll('\u200b', ''))
    .join('\n');
}
