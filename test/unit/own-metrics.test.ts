import { expect, onTestFinished, test } from 'vitest';
import { createExposition } from '../../src/exposition/exposition.js';
import { createOwnMetrics } from '../../src/observability/own-metrics.js';
import { gauge, sampleOf } from '../../src/observability/sample-family.js';

test.each(['bugflow', 'service', 'own', 'process'])(
  'a collector called %s does not take the place of what the service tells of itself',
  async (collector) => {
    const exposition = await createExposition();
    const own = createOwnMetrics(exposition, () => [gauge('bugflow_test', 'Of the service.', sampleOf(1))]);
    onTestFinished(() => own.close());
    await own.publish();
    await exposition.publish(collector, [gauge('our_test', 'Of the team.', sampleOf(2))]);
    const text = exposition.body('text', false).toString();
    expect(text).toContain('\nbugflow_test 1\n');
    expect(text).toContain('\nour_test 2\n');
    exposition.withdraw(collector);
    expect(exposition.body('text', false).toString()).toContain('\nbugflow_test 1\n');
  },
);
