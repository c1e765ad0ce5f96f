import { expect, test } from 'vitest';
import { type ParsedFormat, parseExposition } from '../support/exposition-parser.js';

/* The parser is the judge of the exposition: it must not be a mild one. */

const HEAD = '# HELP x X.\n# TYPE x gauge\n';
const HISTOGRAM = '# HELP x X.\n# TYPE x histogram\n';

test.each<[string, ParsedFormat, string, RegExp]>([
  ['no end of the last line', 'text', `${HEAD}x 1`, /the last line has no end/],
  ['no end of the body', 'openmetrics', `${HEAD}x 1\n`, /no # EOF/],
  ['an end in the middle', 'openmetrics', `${HEAD}# EOF\nx 1\n# EOF\n`, /unexpected line/],
  ['an empty line', 'text', `${HEAD}\nx 1\n`, /not a sample/],
  ['a sample without a head', 'text', 'x 1\n', /unexpected line/],
  ["another family's sample", 'text', `${HEAD}y 1\n`, /does not belong/],
  ['a family twice', 'text', `${HEAD}${HEAD}`, /family twice/],
  ['a series twice', 'text', `${HEAD}x{a="1",b="2"} 1\nx{b="2",a="1"} 2\n`, /duplicate series/],
  ['a quote that is not escaped', 'text', `${HEAD}x{a="""} 1\n`, /bad labels/],
  ['an unknown escape', 'text', `${HEAD}x{a="\\t"} 1\n`, /unknown escape/],
  ['a label twice', 'text', `${HEAD}x{a="1",a="2"} 1\n`, /label twice/],
  ['no value', 'text', `${HEAD}x{a="1"}\n`, /no value/],
  ['a value of JavaScript', 'text', `${HEAD}x Infinity\n`, /not a value/],
  ['an escaped quote in the help of text', 'text', '# HELP x \\"\n# TYPE x gauge\n', /unknown escape/],
  ...['gauge', 'counter', 'histogram'].map((type): [string, ParsedFormat, string, RegExp] => [
    `a ${type} called as a counter's time of creation`,
    'openmetrics',
    `# HELP x X.\n# TYPE x counter\n# HELP x_created Y.\n# TYPE x_created ${type}\n# EOF\n`,
    /x_created belongs to x and to x_created/,
  ]),
  [
    'a counter named as in text',
    'openmetrics',
    '# HELP x_total X.\n# TYPE x_total counter\n# EOF\n',
    /without _total/,
  ],
  [
    'a bucket +Inf that is missing',
    'text',
    `${HISTOGRAM}x_bucket{le="1.0"} 1\nx_sum 1\nx_count 1\n`,
    /no bucket \+Inf/,
  ],
  [
    'a count that differs',
    'text',
    `${HISTOGRAM}x_bucket{le="+Inf"} 1\nx_sum 1\nx_count 2\n`,
    /_count is not/,
  ],
  [
    'buckets that fall',
    'text',
    `${HISTOGRAM}x_bucket{le="1.0"} 2\nx_bucket{le="+Inf"} 1\nx_sum 1\nx_count 1\n`,
    /do not ascend/,
  ],
])('%s', (_name, format, text, message) => {
  expect(() => parseExposition(text, format)).toThrow(message);
});
