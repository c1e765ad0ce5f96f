import { describe, expect, test } from 'vitest';
import { acceptsGzip, negotiateFormat } from '../../src/exposition/negotiate.js';

describe('the format', () => {
  test.each([
    [
      'Prometheus 2.42',
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    [
      'Prometheus 3',
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openmetrics',
    ],
    [
      'Prometheus 3 with native histograms: protobuf first',
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      'openmetrics',
    ],
    ['Prometheus told to use the text format', 'text/plain;version=0.0.4;q=0.5,*/*;q=0.1', 'text'],
    ['an OpenMetrics of long ago', 'application/openmetrics-text;version=0.0.1,text/plain;q=0.5', 'text'],
    ['curl', '*/*', 'text'],
    ['a client that says nothing', undefined, 'text'],
    ['a client that says it emptily', '', 'text'],
    [
      'Chrome',
      'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
      'text',
    ],
    ['Firefox', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text'],
    ['one without a version', 'application/openmetrics-text', 'openmetrics'],
    ['one that likes text better', 'application/openmetrics-text;q=0.4, text/plain;q=0.5', 'text'],
    ['one that likes both alike', 'text/plain, application/openmetrics-text', 'openmetrics'],
    ['one that wants no OpenMetrics', 'application/openmetrics-text;q=0, */*', 'text'],
    [
      'one in capitals and with spaces',
      'Application/OpenMetrics-Text ; Version=1.0.0 ; Q=0.9',
      'openmetrics',
    ],
    ['one with a quoted version', 'application/openmetrics-text; version="1.0.0"', 'openmetrics'],
    ['a quality that is none', 'application/openmetrics-text;q=much', 'text'],
    ['nonsense', ';;,,==;q,', 'text'],
  ])('for %s', (_name, accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });
});

describe('gzip', () => {
  test.each([
    ['gzip', true],
    ['gzip, deflate, br, zstd', true],
    ['br;q=1.0, gzip;q=0.8, *;q=0.1', true],
    ['GZIP', true],
    ['*', true],
    ['gzip;q=0', false],
    ['gzip;q=0.000, *', false],
    ['*;q=0', false],
    ['identity', false],
    ['deflate, br', false],
    ['', false],
    [undefined, false],
  ])('%s', (header, expected) => {
    expect(acceptsGzip(header)).toBe(expected);
  });
});
