import { z } from 'zod';

const field = z.strictObject({ title: z.string(), value: z.string(), short: z.boolean().optional() });
const action = z.strictObject({
  type: z.literal('button'),
  text: z.string(),
  url: z.string(),
  style: z.enum(['default', 'primary', 'danger']).optional(),
  name: z.string().optional(),
  value: z.string().optional(),
});
const attachment = z.strictObject({
  ...{ title: z.string().optional(), title_link: z.string().optional(), pretext: z.string().optional() },
  ...{ text: z.string(), fallback: z.string(), color: z.string().optional(), footer: z.string().optional() },
  ...{
    callback_id: z.string().optional(),
    mrkdwn_in: z.array(z.enum(['pretext', 'text', 'fields', 'fallback'])),
  },
  fields: z.array(field).default([]),
  actions: z.array(action).default([]),
});
const message = z.strictObject({
  ...{ channel: z.string().optional(), username: z.string().optional(), text: z.string().optional() },
  ...{
    icon_emoji: z.string().optional(),
    icon_url: z.string().optional(),
    link_names: z.boolean().optional(),
  },
  attachments: z.array(attachment),
});

export type SlackMessage = z.output<typeof message>;
export type SlackAttachment = z.output<typeof attachment>;

/** Slack's documented limits, and what it folds behind "Show more" on a phone. */
const LIMITS = { title: 1024, field: 2000, footer: 300, button: 30, url: 3000, buttons: 5, all: 40_000 };
const FOLDED = { characters: 700, breaks: 5 };

/** The message, and all that Slack or a reader would have against it. */
export function readMessage(body: string): { readonly message: SlackMessage; readonly problems: string[] } {
  const read = message.parse(JSON.parse(body));
  const problems: string[] = [];
  const check = (holds: boolean, problem: string): void => {
    if (!holds) problems.push(problem);
  };
  check(body.length <= LIMITS.all, 'the message is too long');
  check(read.attachments.length === 1, 'not one attachment');
  check(read.link_names !== true, 'names ring');
  for (const {
    title = '',
    title_link = '',
    text,
    fallback,
    footer = '',
    fields,
    actions,
  } of read.attachments) {
    check(title !== '' && title.length <= LIMITS.title, `title of ${title.length} characters`);
    check(isAddress(title_link), `title_link is no address: ${title_link}`);
    check(text !== '' || fields.length > 0, 'it says nothing');
    check(text.length < FOLDED.characters, `text of ${text.length} characters is folded`);
    check(text.split('\n').length <= FOLDED.breaks, 'text with so many lines is folded');
    check(fallback !== '' && !fallback.includes('<'), 'fallback is empty or has markup');
    check(footer.length <= LIMITS.footer, 'footer is too long');
    check(actions.length <= LIMITS.buttons, 'too many buttons');
    for (const field of fields) {
      check(field.title !== '' && field.value !== '', 'a field is empty');
      const { length } = shown(field.value).replaceAll(/\]\([^)]*\)/g, ']');
      check(length <= LIMITS.field, `field of ${length} characters`);
    }
    for (const button of actions) {
      check(button.text !== '' && button.text.length <= LIMITS.button, `text of a button: ${button.text}`);
      check(isAddress(button.url), `a button without an address: ${button.url}`);
    }
    for (const shown of [
      title,
      text,
      fallback,
      footer,
      ...fields.flatMap((each) => [each.title, each.value]),
    ])
      problems.push(...markupProblems(shown));
  }
  return { message: read, problems };
}

export function isAddress(text: string): boolean {
  return /^https?:\/\/[^\s<>|]+$/.test(text) && URL.canParse(text) && text.length <= LIMITS.url;
}

const MARKUP = /<([^<>]*)>/g;

/** Of links and dates nothing may be left that Slack would take for something else. */
export function markupProblems(text: string): string[] {
  const problems: string[] = [];
  for (const [whole, inside = ''] of text.matchAll(MARKUP)) {
    const isLink = /^https?:\/\/[^\s|]+\|[^|\n]+$/.test(inside);
    const isDate = /^!date\^\d+\^[^^|]*\{\w+\}[^|]*\|[^|]+$/.test(inside);
    if (!isLink && !isDate) problems.push(`rings or is broken: ${whole}`);
  }
  const rest = text.replaceAll(MARKUP, '');
  if (/[<>]/.test(rest)) problems.push(`not escaped: ${rest}`);
  if (/&(?!amp;|lt;|gt;)/.test(text)) problems.push(`& is not escaped: ${text}`);
  return problems;
}

/** A text as a reader sees it: links as [label](address), moments in UTC. */
export function shown(text: string): string {
  return text
    .replaceAll(MARKUP, (_, inside: string) => {
      const [target = '', label = ''] = inside.split('|');
      return target.startsWith('!date') ? label : `[${label}](${target})`;
    })
    .replaceAll(/[\u2066\u2069]/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
