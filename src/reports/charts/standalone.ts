import { CHART_LOOKS, type Look } from '../../base/chart-style.js';
import { Html } from '../../base/html.js';
import { isColorName, type Palette } from '../../base/palette.js';

interface Element {
  readonly name: string;
  readonly classes: ReadonlySet<string>;
  /** What `currentColor` is. */
  readonly color: string;
}

const TAG = /<(\/?)([a-zA-Z]+)((?:\s+[a-zA-Z:-]+="[^"]*")*)\s*(\/?)>/g;
const ATTRIBUTE = /([a-zA-Z:-]+)="([^"]*)"/g;
/** What only a page has: texts and areas for the pointer. */
const FOR_POINTERS = /<title[^>]*>[^<]*<\/title>|<desc[^>]*>[^<]*<\/desc>/g;
const STRIPS = /<g class="strips">[\s\S]*?<\/g>/g;
/** A text with a rim around its letters; renderers differ in whether they can draw that below the letters. */
const RIMMED =
  /(<text[^>]*) paint-order="stroke" stroke="([^"]*)" stroke-width="([^"]*)"([^>]*>)([^<]*<\/text>)/g;

/** A chart's content for a picture that stands alone: what CSS would say of its classes stands at each element. */
export function standalone(content: Html, palette: Palette): Html {
  const open: Element[] = [];
  const text = content.text
    .replace(STRIPS, '')
    .replace(FOR_POINTERS, '')
    .replace(TAG, (_, end: string, name: string, written: string, alone: string) => {
      if (end !== '') {
        open.pop();
        return `</${name}>`;
      }
      const attributes = new Map<string, string>();
      for (const [, key = '', value = ''] of written.matchAll(ATTRIBUTE)) attributes.set(key, value);
      const classes = new Set((attributes.get('class') ?? '').split(' '));
      attributes.delete('class');
      attributes.delete('tabindex');
      const look = lookOf([...open, { name, classes, color: '' }]);
      const color = palette[look.color as keyof Palette] ?? open.at(-1)?.color ?? palette.ink;
      for (const [property, value] of Object.entries(look))
        if (property !== 'color')
          attributes.set(property, isColorName(value) ? palette[value] : value.replace(/px$/, ''));
      for (const [key, value] of attributes) if (value === 'currentColor') attributes.set(key, color);
      if (alone === '') open.push({ name, classes, color });
      return `<${name}${[...attributes].map(([key, value]) => ` ${key}="${value}"`).join('')}${alone}>`;
    })
    .replace(RIMMED, '$1 stroke="$2" stroke-width="$3" stroke-linejoin="round"$4$5$1$4$5');
  return new Html(text);
}

/** All that rules say of the last one of the elements, each of which stands in the one before. */
function lookOf(path: readonly Element[]): Look {
  const look: Record<string, string> = {};
  for (const rule of CHART_LOOKS) if (fits(rule.selector, path)) Object.assign(look, rule.look);
  return look;
}

function fits(selector: string, path: readonly Element[]): boolean {
  const [last = '', ...outer] = selector.split(' ').reverse();
  const element = path.at(-1);
  if (element === undefined || !isThis(last, element)) return false;
  return outer.every((each) => path.slice(0, -1).some((ancestor) => isThis(each, ancestor)));
}

function isThis(selector: string, { name, classes }: Element): boolean {
  const [tag = '', ...wanted] = selector.split('.');
  return (tag === '' || tag === name) && wanted.every((each) => classes.has(each));
}
