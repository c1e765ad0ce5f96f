import { basename } from 'node:path';
import { type Html, html } from '../../base/html.js';
import type { RefusedFile } from '../../base/refused-file.js';
import { type CollectorDefinition, shapes } from '../../collectors/definition.js';
import type { CollectorRunner, CollectorState } from '../../collectors/runner.js';
import type { OpenCircuit } from '../../collectors/scheduler.js';
import { describeMissing } from '../../taiga/schema.js';
import { formatSpan, type Page } from './layout.js';
import { refusedCard } from './refused-card.js';

export interface CollectorsPageFacts {
  readonly runners: readonly CollectorRunner[];
  /** By the collector's name. */
  readonly openCircuits: ReadonlyMap<string, OpenCircuit>;
  /** Whether the page shows rows. */
  readonly rowSamples: boolean;
  /** The team's own files that could not be loaded. */
  readonly refused: readonly RefusedFile[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** `/collectors`: where each number comes from. */
export function collectorsPage({
  runners,
  openCircuits,
  rowSamples,
  refused,
  now,
}: CollectorsPageFacts): Page {
  return {
    title: 'Collectors',
    content: html`<h1>Collectors</h1>
${refused.length === 0 ? undefined : refusedCard(refused)}
<div class="card scroll" tabindex="0"><table>
<tr><th>Collector</th><th>State</th><th>Last success</th><th class="number">Series</th><th class="number">Database</th><th>Schedule</th></tr>
${runners.map((runner) => summaryRow(runner, now))}
</table></div>
${runners.map((runner) => collectorCard(runner, openCircuits.get(runner.definition.name), rowSamples, now))}`,
  };
}

function summaryRow({ definition, state: stateOf }: CollectorRunner, now: number): Html {
  const state = stateOf();
  return html`<tr><td><a href="#${definition.name}">${definition.name}</a></td><td>${stateWord(state)}</td><td>${ago(state.lastSuccessAt, now)}</td><td class="number">${state.series}</td><td class="number">${state.lastDatabaseMs === undefined ? '–' : formatSpan(state.lastDatabaseMs)}</td><td><code>${definition.schedule}</code></td></tr>
`;
}

function collectorCard(
  { definition, state: stateOf }: CollectorRunner,
  circuit: OpenCircuit | undefined,
  rowSamples: boolean,
  now: number,
): Html {
  const state = stateOf();
  return html`<section class="card" id="${definition.name}">
<h2>${definition.name} ${stateWord(state)}</h2>
<p>${definition.description}</p>
${state.lastError === undefined ? undefined : html`<p class="bad">${state.lastError}${nextTry(circuit)}</p>`}
${state.missing.length === 0 ? undefined : html`<p class="soft">Off: ${describeMissing(state.missing)}.</p>`}
<p class="soft">Runs at <code>${definition.schedule}</code>, at most ${formatSpan(definition.timeoutMs)}. Last success ${ago(state.lastSuccessAt, now)}${state.lastDatabaseMs === undefined ? '' : `, ${formatSpan(state.lastDatabaseMs)} in the database`}, ${state.rowCount} rows, ${describeSeries(definition, state)}. Runs: ${state.runs.success} good, ${state.runs.failure} failed, ${state.runs.skipped} skipped.</p>
<div class="scroll" tabindex="0"><table>
<tr><th>Metric</th><th>Type</th><th>Labels</th><th>Meaning</th></tr>
${definition.metrics.map((metric) => html`<tr><td><code>${metric.name}</code></td><td>${metric.type}</td><td>${metric.labels.join(', ')}</td><td>${metric.help}</td></tr>`)}
</table></div>
${rowSamples ? sampleTable(state) : html`<p class="soft">Rows are not shown here: <code>web.row_samples</code> is off.</p>`}
<details><summary>SQL${definition.relations.length > 0 ? html` (reads the relations ${definition.relations.join(', ')})` : undefined}</summary>${shapes(definition).map(({ text }) => html`<pre tabindex="0">${text}</pre>`)}</details>
<p class="soft">${basename(definition.file)}</p>
</section>
`;
}

function sampleTable({ sample, rowCount }: CollectorState): Html | undefined {
  if (sample.columns.length === 0) return undefined;
  return html`<details><summary>Rows of the last run (${sample.rows.length} of ${rowCount})</summary><div class="scroll" tabindex="0"><table>
<tr>${sample.columns.map((column) => html`<th>${column}</th>`)}</tr>
${sample.rows.map(
  (row) => html`<tr>${row.map((cell) => html`<td>${cell ?? html`<span class="soft">NULL</span>`}</td>`)}</tr>
`,
)}</table></div></details>`;
}

function describeSeries({ shipped, maxSeries }: CollectorDefinition, state: CollectorState): string {
  return shipped
    ? `${state.series} series, ${state.limitedSeries} of at most ${maxSeries} of a project`
    : `${state.series} of at most ${maxSeries} series`;
}

function nextTry(circuit: OpenCircuit | undefined): string {
  if (!circuit) return '';
  return ` – circuit open: next try ${circuit.nextTryInMs === 0 ? 'now' : `in ${formatSpan(circuit.nextTryInMs)}`}`;
}

function stateWord(state: CollectorState): Html {
  if (state.lastError !== undefined)
    return html`<span class="bad">${state.up ? 'failing, last good values stay' : 'down'}</span>`;
  if (state.missing.length > 0) return html`<span class="soft">off</span>`;
  if (!state.up) return html`<span class="soft">not yet run</span>`;
  return html`<span class="good">up</span>`;
}

function ago(at: number | undefined, now: number): string {
  return at === undefined ? 'never' : `${formatSpan(now - at)} ago`;
}
