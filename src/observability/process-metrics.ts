import { collectDefaultMetrics, Registry } from 'prom-client';
import { labelsOf } from '../collectors/labels.js';
import type { SampleFamily } from '../exposition/format.js';

/** The process's own metrics (`process_…`, `nodejs_…`), as prom-client measures them. */
export interface ProcessMetrics {
  families(): Promise<SampleFamily[]>;
  close(): void;
}

export function createProcessMetrics(): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    async families() {
      const metrics = await registry.getMetricsAsJSON();
      // prom-client has a few gauges named …_total; each is the sum of another one.
      const wellNamed = metrics.filter(
        ({ name, type }) => String(type) === 'counter' || !name.endsWith('_total'),
      );
      return wellNamed.map((metric) => ({
        name: metric.name,
        type: String(metric.type) as SampleFamily['type'],
        help: metric.help,
        samples: () =>
          metric.values.map((value) => {
            const fullName =
              'metricName' in value && typeof value.metricName === 'string' ? value.metricName : metric.name;
            const labels = Object.entries(value.labels).map(([name, text]) => [name, String(text)]);
            return {
              suffix: fullName.slice(metric.name.length),
              labels: labelsOf(Object.fromEntries(labels)),
              value: value.value,
            };
          }),
      }));
    },
    close: () => registry.clear(),
  };
}
