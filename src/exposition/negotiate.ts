import type { Format } from './format.js';

/** The format that a scraper prefers by its `Accept` header; the text format when it does not say. */
export function negotiateFormat(accept: string | undefined): Format {
  const wishes = parseWishes(accept);
  const openMetrics = wishes.find(({ value, parameters }) => {
    const version = parameters.get('version');
    return value === 'application/openmetrics-text' && (version === undefined || version.startsWith('1.'));
  });
  const text = wishes.find(({ value, parameters }) => {
    const version = parameters.get('version');
    return value === 'text/plain' && (version === undefined || version === '0.0.4');
  });
  return openMetrics && openMetrics.quality > 0 && openMetrics.quality >= (text?.quality ?? 0)
    ? 'openmetrics'
    : 'text';
}

/** Whether a client accepts gzip, by its `Accept-Encoding` header. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const wishes = parseWishes(acceptEncoding);
  const wish = wishes.find(({ value }) => value === 'gzip') ?? wishes.find(({ value }) => value === '*');
  return wish !== undefined && wish.quality > 0;
}

interface Wish {
  readonly value: string;
  readonly quality: number;
  readonly parameters: ReadonlyMap<string, string>;
}

/** Parses `a/b;q=0.5;version=1, c/d` by RFC 9110 §12. */
function parseWishes(header: string | undefined): Wish[] {
  return (header ?? '').split(',').map((entry) => {
    const [value = '', ...rest] = entry.split(';').map((part) => part.trim());
    const parameters = new Map(
      rest.map((part) => {
        const [key = '', ...text] = part.split('=');
        return [key.trim().toLowerCase(), text.join('=').trim().replace(/^"|"$/g, '')];
      }),
    );
    const quality = Number(parameters.get('q') ?? '1');
    return { value: value.toLowerCase(), quality: Number.isFinite(quality) ? quality : 0, parameters };
  });
}
