import { expect, it } from 'vitest';
import { html } from '../../src/base/html.js';
import { startContent } from '../../src/server/pages/start.js';
import { result } from '../reports/made-up-result.js';

const facts = { reports: [], bodyOf: () => html`<p>vital signs</p>` };

it('shows how the projects are doing', () => {
  const { text } = startContent({ ...facts, outcome: { result: result([]), isRenewed: false } });
  expect(text).toMatch(/2026-03-02, read at 09:00 .*<p>vital signs<\/p>/s);
});

it('says why that is not known', () => {
  expect(startContent({ ...facts, outcome: 'no <database>' }).text).toContain(
    '<p role="status">no &#60;database&#62;</p>',
  );
});

it('lists the projects where they are too many', () => {
  const { text } = startContent({ ...facts, outcome: ['a&b', '<script>'] });
  expect(text).toContain('2 projects are too many');
  expect(text).toContain('<a href="/reports/flow?project=a%26b">a&#38;b</a>');
  expect(text).toContain('<a href="/reports/flow?project=%3Cscript%3E">&#60;script&#62;</a>');
});
