import { type Html, html } from '../../base/html.js';
import type { CollectorRunner } from '../../collectors/runner.js';
import { formatSpan, type MenuEntry, type Page } from './layout.js';

export interface StatusPageFacts {
  readonly version: string;
  readonly runners: readonly CollectorRunner[];
  readonly databaseUp: boolean;
  readonly databaseTarget: string;
  /** Links to the other pages. */
  readonly menu: readonly MenuEntry[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** `/status`: whether the service works, and links to all pages and metrics. */
export function statusPage(facts: StatusPageFacts): Page {
  const { version, runners, databaseUp, databaseTarget, menu, now } = facts;
  const states = runners.map((runner) => runner.state()).filter((state) => state.missing.length === 0);
  const working = states.filter((state) => state.up && state.lastError === undefined).length;
  const series = states.reduce((sum, state) => sum + state.series, 0);
  const oldest = Math.min(...states.map((state) => state.lastSuccessAt ?? Number.POSITIVE_INFINITY));
  return {
    title: 'Status',
    content: html`<h1>Status</h1>
<p>Reads a <a href="https://taiga.io">Taiga</a> database and offers it as metrics for
<a href="https://prometheus.io">Prometheus</a>: open work, sprints, ages, points and what needs attention.</p>
<div class="tiles">
<div class="card"><div class="soft">Database</div><div class="figure ${databaseUp ? 'good' : 'bad'}">${databaseUp ? 'up' : 'down'}</div><div class="soft">${databaseTarget}</div></div>
<div class="card"><div class="soft">Working collectors</div><div class="figure ${working === states.length ? 'good' : 'bad'}">${working} of ${states.length}</div><div class="soft"><a href="/collectors">all collectors</a></div></div>
<div class="card"><div class="soft">Series</div><div class="figure">${series.toLocaleString('en')}</div><div class="soft"><a href="/metrics">as Prometheus sees them</a></div></div>
<div class="card"><div class="soft">Oldest values</div><div class="figure">${Number.isFinite(oldest) ? formatSpan(now - oldest) : '–'}</div><div class="soft">since their last successful run</div></div>
</div>
<div class="card">
<h2>Pages</h2>
<div class="scroll"><table>
${page('/metrics', 'the metrics, for Prometheus (text format or OpenMetrics, by the Accept header)')}
${menu.map(({ path, meaning }) => page(path, meaning))}
${page('/-/healthy', '200 while the process answers')}
${page('/-/ready', '200 once every collector has run')}
</table></div>
</div>
<div class="card">
<h2>Metrics</h2>
<div class="scroll"><table>
<tr><th>Metric</th><th>Type</th><th>Meaning</th></tr>
${runners.flatMap((runner) =>
  runner.definition.metrics.map(
    (
      metric,
    ) => html`<tr><td><a href="/collectors#${runner.definition.name}"><code>${metric.name}</code></a></td><td>${metric.type}</td><td>${metric.help}</td></tr>
`,
  ),
)}</table></div>
</div>
<p class="soft">Version ${version}</p>`,
  };
}

function page(path: string, meaning: string): Html {
  return html`<tr><td><a href="${path}"><code>${path}</code></a></td><td>${meaning}</td></tr>`;
}
