import { type Html, html } from '../../base/html.js';
import { describeRefused, type RefusedFile } from '../../base/refused-file.js';

/** Names each file with what is wrong with it. */
export function refusedCard(refused: readonly RefusedFile[]): Html {
  return html`<section class="card">
<h2><span class="bad">${refused.length === 1 ? 'A file was' : `${refused.length} files were`} not loaded</span></h2>
${refused.map((file) => html`<p>${describeRefused(file)}</p>`)}
</section>`;
}
