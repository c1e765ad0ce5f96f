import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import {
  ALERTMANAGER_IS_HERE,
  type Alert,
  IF_IT_IS_HERE,
  type RunningAlertmanager,
  SHIPPED_CONFIG,
  startAlertmanager,
  withTimings,
} from './alertmanager.js';
import { type SlackAttachment, shown } from './slack-message.js';
import { type SlackServer, startSlack } from './slack-server.js';

const RUNBOOK = 'https://bugflow.example/runbooks/TaigaItemsBlockedTooLong';
const DASHBOARD = 'https://grafana.example/d/bugflow-flow?var-project=shop&from=now-30d&to=now';
const STARTED = '2026-11-23T08:12:00Z';
const MOMENT = '2026-11-23 08:12 UTC';

describe.skipIf(!ALERTMANAGER_IS_HERE)(`what Slack is told ${IF_IT_IS_HERE}`, () => {
  let slack: SlackServer;
  let alertmanager: RunningAlertmanager;
  let projects = 0;

  beforeAll(async () => {
    slack = await startSlack();
    alertmanager = await startAlertmanager(withTimings(readFileSync(SHIPPED_CONFIG, 'utf8'), {}), {
      slack,
      secrets: { '/run/secrets/slack_url': slack.webhook() },
      externalUrl: 'https://alerts.example/am',
    });
  });
  afterAll(async () => {
    await alertmanager?.stop();
    await slack?.close();
  });

  /** A project of a test's own: its messages are told from others by it. */
  const newProject = (): string => `shop-${(++projects).toString().padStart(3, '0')}`;
  const alert = (
    project: string,
    annotations: Alert['annotations'] = {},
    more: Partial<Alert> = {},
  ): Alert => ({
    startsAt: STARTED,
    generatorURL: 'http://prometheus.example/graph?g0.expr=up',
    ...more,
    labels: { alertname: 'TaigaItemsBlockedTooLong', severity: 'warning', project, ...more.labels },
    annotations: {
      summary: 'Work in progress is blocked too long',
      description: '3 items are blocked for more than 2 working days.',
      runbook_url: RUNBOOK,
      dashboard_url: DASHBOARD,
      ...annotations,
    },
  });
  afterEach(() => {
    for (const { message, problems } of slack.posts) expect(problems, JSON.stringify(message)).toEqual([]);
  });

  /** The messages about a project so far. */
  const told = (project: string): SlackAttachment[] => {
    const posts = slack.posts.filter(({ message }) =>
      message.attachments.some(({ title = '' }) => title.includes(project)),
    );
    return posts.flatMap(({ message }) => message.attachments);
  };
  const tell = async (project: string, ...alerts: Alert[]): Promise<SlackAttachment> => {
    await alertmanager.post(...alerts);
    return eventually(() => {
      const message = told(project).at(-1);
      if (!message) throw new Error(`nothing is told: ${alertmanager.said()}`);
      return message;
    });
  };

  test('what, how bad, since when, which items, and what to do', async () => {
    const project = newProject();
    const items = [
      `#12 Pay by card (3 days) https://taiga.example/project/shop/us/12`,
      `#7 Log in & out (2 days) https://taiga.example/project/shop/us/7?a=b&c=d`,
    ].join('\n');
    const message = await tell(project, alert(project, { items }));
    expect(message).toMatchObject({
      title: `🟠 ${project}: Work in progress is blocked too long`,
      title_link: DASHBOARD,
      text: expect.stringMatching(
        /^3 items are blocked for more than 2 working days\.\nWarning, since <!date\^1795421520\^\{date_short_pretty\}, \{time\}\|2026-11-23 08:12 UTC>$/,
      ),
      fallback: `🟠 ${project}: Work in progress is blocked too long. 3 items are blocked for more than 2 working days.`,
      color: '#ecb22e',
      footer: 'TaigaItemsBlockedTooLong · warning',
      fields: [{ title: 'Items', short: false }],
      mrkdwn_in: ['pretext'],
    });
    expect(shown(message.fields[0]?.value ?? '')).toBe(
      '• [#12 Pay by card](https://taiga.example/project/shop/us/12) (3 days)\n' +
        '• [#7 Log in & out](https://taiga.example/project/shop/us/7?a=b&c=d) (2 days)',
    );
    expect(message.actions).toEqual([
      { type: 'button', text: 'Runbook', url: RUNBOOK },
      { type: 'button', text: 'Dashboard', url: DASHBOARD },
      {
        type: 'button',
        text: 'Silence',
        url: `https://alerts.example/am/#/silences/new?filter=${encodeURIComponent(`{alertname="TaigaItemsBlockedTooLong",project="${project}"}`)}`,
      },
    ]);
  });

  test.each([
    ['#1 One', '• #1 One\n[All items]'],
    ['', `${MOMENT}\n[The items]`],
  ])('the report with all items is below them: %j', async (items, before) => {
    const project = newProject();
    const report = `https://bugflow.example/reports/bugs?project=${project}&period=last+8+days#created`;
    const firing = alert(project, { items, report_url: report });
    const { fields, actions } = await tell(project, firing);
    expect(shown(fields[0]?.value ?? '')).toBe(`${before}(${report})`);
    expect(actions.map(({ text }) => text)).toEqual(['Runbook', 'Dashboard', 'Silence']);
    await alertmanager.post({ ...firing, endsAt: new Date().toISOString() });
    const over = await eventually(() => {
      const [, last] = told(project);
      if (!last) throw new Error('it is not told that it is over');
      return last;
    });
    expect(JSON.stringify(over)).not.toContain('/reports/');
  });

  test('of several alerts the report is shown that they share', async () => {
    const project = newProject();
    const both = ['a', 'b'].map((queue) =>
      alert(project, { report_url: 'https://bugflow.example/reports/bugs#open' }, { labels: { queue } }),
    );
    await tell(project, ...both);
    const message = await eventually(() => {
      const found = told(project).find(({ title = '' }) => title.endsWith('(2)'));
      if (!found) throw new Error('not both are told');
      return found;
    });
    expect(
      shown(message.fields[0]?.value ?? '')
        .split('\n')
        .at(-1),
    ).toBe('[The items](https://bugflow.example/reports/bugs#open)');
  });

  test.each([
    'https://evil.example|click>',
    'https://bugflow.example/reports/bugs?project=a b#open',
    'https://bugflow.example/<!channel>',
    'javascript:alert(1)',
    '/reports/bugs',
    '<!here>',
    'https://bugflow.example/\nhttps://evil.example',
  ])('what is no address of a report is left out: %j', async (report) => {
    const project = newProject();
    const { fields } = await tell(project, alert(project, { items: '#1 One', report_url: report }));
    expect(fields[0]?.value).toBe('• #1 One');
  });

  test.each([
    ['critical', '🔴', '#e01e5a', 'Urgent, since'],
    ['warning', '🟠', '#ecb22e', 'Warning, since'],
    ['info', '🔵', '#36a2eb', 'For information, since'],
    ['page', '🟠', '#ecb22e', 'Warning, since'],
  ])('without items, %s says since when in the field', async (severity, icon, color, words) => {
    const project = newProject();
    const labels = { severity };
    const message = await tell(project, alert(project, {}, { labels }));
    expect(message.title?.split(' ')[0]).toBe(icon);
    expect(message.color).toBe(color);
    expect(message.text).toBe('3 items are blocked for more than 2 working days.');
    expect(message.fields).toMatchObject([{ title: words }]);
    expect(shown(message.fields[0]?.value ?? '')).toBe(MOMENT);
  });

  test.each([
    ['<!channel> @here & <script>', '<!channel> @here & <script>'],
    [
      '<@U012AB3CD> <#C1|general> <https://evil.example|a>',
      '<@U012AB3CD> <#C1¦general> <https://evil.example¦a>',
    ],
    ['a | b || c', 'a ¦ b ¦¦ c'],
    ['*bold* _it_ ~no~ `code` ```block```', '*bold* _it_ ~no~ `code` ```block```'],
    ['&lt;!here&gt; &amp;', '&lt;!here&gt; &amp;'],
    ['🚀 👩‍👩‍👧 :tada: ünïcödé', '🚀 👩‍👩‍👧 :tada: ünïcödé'],
    ['שלום עולם مرحبا', 'שלום עולם مرحبا'],
    ['turned \u202Earound\u2066', 'turned around'],
    ['brackets (2 days) https://evil.example', 'brackets (2 days) https://evil.example'],
    ['{{ .Values }} {{ template "x" }} $1 %s \\', '{{ .Values }} {{ template "x" }} $1 %s \\'],
    ['">\'', '">\''],
    ['', ''],
  ])('a subject like %j neither rings nor breaks its link', async (subject, label) => {
    const project = newProject();
    const address = 'https://taiga.example/project/shop/us/12';
    const text = `#12 ${subject} (3 days) ${address}`.replace('  ', ' ');
    const description = `It is ${subject}.`;
    const message = await tell(project, alert(project, { items: text, description }));
    const whole = `#12 ${label}`.trimEnd();
    expect(shown(message.fields[0]?.value ?? '')).toBe(`• [${whole}](${address}) (3 days)`);
    expect(shown(message.text).split('\n')[0]).toBe(`It is ${label.replaceAll('¦', '|')}.`);
  });

  test.each([
    ['#12 Pay by card (3 days)', '• #12 Pay by card (3 days)'],
    ['#12 (3 days) https://taiga.example/us/12', '• [#12](https://taiga.example/us/12) (3 days)'],
    ['#12 Pay by card https://taiga.example/us/12', '• [#12 Pay by card](https://taiga.example/us/12)'],
    ['1\n2\n3\n4\n5\n6\n7', '• 1\n• 2\n• 3\n• 4\n• 5\n…'],
  ])('items may lack something: %j', async (items, expected) => {
    const project = newProject();
    const message = await tell(project, alert(project, { items }));
    expect(shown(message.fields[0]?.value ?? '')).toBe(expected);
  });

  test.each([
    ['a long description is cut', 'word '.repeat(400)],
    ['a description of many lines is one of one line', 'line\n'.repeat(40)],
    ['a description of many & is not folded before the end', '&'.repeat(110)],
  ])('%s', async (_, description) => {
    const project = newProject();
    const items = Array.from(
      { length: 5 },
      (__, i) => `#${i} ${'<&>'.repeat(27)} (3 days) https://taiga.example/${'x'.repeat(100)}/${i}`,
    ).join('\n');
    const { text, fields } = await tell(project, alert(project, { description, items }));
    expect(text.length).toBeGreaterThan(100);
    expect(fields[0]?.value.split('\n')).toHaveLength(5);
  });

  test('what an alert does not have leads elsewhere, and no button is without an address', async () => {
    const project = newProject();
    const bare = { runbook_url: '', dashboard_url: '', summary: '', description: '' };
    const message = await tell(project, alert(project, bare));
    expect(message.title).toBe(`🟠 ${project}: TaigaItemsBlockedTooLong`);
    const filter = encodeURIComponent(`{alertname="TaigaItemsBlockedTooLong",project="${project}"}`);
    expect(message.title_link).toBe(`https://alerts.example/am/#/alerts?filter=${filter}`);
    expect(message.actions.map(({ text, url }) => [text, url])).toEqual([
      ['Alertmanager', `https://alerts.example/am/#/alerts?filter=${filter}`],
      ['Prometheus', 'http://prometheus.example/graph?g0.expr=up'],
      ['Silence', `https://alerts.example/am/#/silences/new?filter=${filter}`],
    ]);
  });

  test('an alert of a program without a link of its own has three buttons, too', async () => {
    const project = newProject();
    const { actions } = await tell(project, {
      labels: { alertname: `Own "quoted" & ${project}`, severity: 'warning' },
    });
    expect(actions.map(({ text }) => text)).toEqual(['Alertmanager', 'Silences', 'Silence']);
    expect(decodeURIComponent(actions[2]?.url ?? '')).toContain(
      `{alertname="Own \\"quoted\\" & ${project}"}`,
    );
  });

  test('of many alerts of one name the first five are told, and how many more', async () => {
    const project = newProject();
    const queue = (i: number): Alert =>
      alert(
        project,
        { description: `Queue <${i}> is long.` },
        { labels: { severity: 'critical', queue: `q${i}` } },
      );
    await tell(project, ...[1, 2, 3, 4, 5, 6, 7].map(queue));
    // The first message may be made before all of them have come in; the next one tells of all.
    const message = await eventually(() => {
      const found = told(project).find(({ title = '' }) => title.endsWith('(7)'));
      if (!found) throw new Error(`not all seven are told: ${told(project).map(({ title }) => title)}`);
      return found;
    });
    expect(message.title).toBe(`🔴 ${project}: Work in progress is blocked too long (7)`);
    expect(message.fields[0]?.title).toBe('7 alerts');
    expect(shown(message.fields[0]?.value ?? '')).toBe(
      `${[1, 2, 3, 4, 5].map((i) => `• q${i}: Queue <${i}> is long.\n`).join('')}and 2 more`,
    );
    expect(shown(message.text)).toBe(`Urgent, since ${MOMENT}`);
  });

  test.each([
    [20, 'less than 1 min'],
    [12 * 60, '12 min'],
    [3600, '1 h'],
    [3 * 3600 + 20 * 60, '3 h 20 min'],
    [26 * 3600, '26 h'],
    [2 * 86_400, '2 days'],
    [13.5 * 86_400, '13 days'],
    [99 * 86_400, 'more than 14 days'],
  ])('what is over after %d s says so, and how long it lasted: %s', async (seconds, words) => {
    const project = newProject();
    const startsAt = new Date(Date.now() - seconds * 1000 - 2000).toISOString();
    const firing = alert(project, { items: '#1 One' }, { startsAt });
    await tell(project, firing);
    const endsAt = new Date(Date.parse(startsAt) + seconds * 1000).toISOString();
    await alertmanager.post({ ...firing, endsAt });
    const message = await eventually(() => {
      const [, last] = told(project);
      if (!last) throw new Error('it is not told that it is over');
      return last;
    });
    expect(message).toMatchObject({
      title: `✅ Over: ${project}: Work in progress is blocked too long`,
      color: '#2eb67d',
      fields: [{ title: 'It lasted', value: words }],
    });
    expect(shown(message.text)).toBe(`Over since ${endsAt.slice(0, 16).replace('T', ' ')} UTC`);
    expect(message.actions.map(({ text }) => text)).toEqual(['Runbook', 'Dashboard', 'All alerts']);
    expect(message.actions[2]?.url).toBe('https://alerts.example/am/#/alerts');
  });

  test('several that are over are told in one message', async () => {
    const project = newProject();
    const both = ['a', 'b'].map((queue) => alert(project, {}, { labels: { queue } }));
    await tell(project, ...both);
    await alertmanager.post(...both.map((each) => ({ ...each, endsAt: '2026-11-23T10:12:00Z' })));
    const message = await eventually(() => {
      const last = told(project).at(-1);
      expect(last?.color).toBe('#2eb67d');
      return last;
    });
    expect(message?.fields[0]?.value).toBe('• a: 2 h\n• b: 2 h');
  });
});
