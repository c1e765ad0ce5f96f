import { type Committed, type Expression, expressionsOf } from './dashboards.js';
import { type Surroundings, substitute } from './substitute.js';

/** Grafana asks for about as many points as a panel is wide. */
const POINTS = 1000;
/** Prometheus answers with at most so many. */
const MOST_POINTS = 11_000;
/** As the data source is told. */
const SCRAPE_INTERVAL_S = 60;
const UNITS_S: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

export interface Answer {
  readonly expression: Expression;
  readonly query: string;
  readonly tookMs: number;
  readonly error: string | undefined;
  readonly series: readonly {
    readonly metric: Readonly<Record<string, string>>;
    readonly values: readonly number[];
  }[];
}

export type Choice = Pick<Surroundings, 'project' | 'bugType' | 'sprint' | 'kind'>;

/** Asks Prometheus one of a dashboard's questions, as Grafana does when the dashboard is opened. */
export async function askAsGrafana(
  url: string,
  { dashboard }: Committed,
  expression: Expression,
  choice: Choice,
  nowS: number,
): Promise<Answer> {
  const { panel, instant } = expression;
  const rangeS = seconds((panel?.timeFrom ?? dashboard.time?.from ?? '').replace('now-', ''));
  const wanted = Math.ceil(rangeS / Math.min(panel?.maxDataPoints ?? POINTS, MOST_POINTS - 1));
  const stepS = Math.max(seconds(panel?.interval ?? `${SCRAPE_INTERVAL_S}s`), roundUp(wanted));
  const query = substitute(expression.text, {
    ...choice,
    instance: '.+',
    endS: Math.floor(nowS),
    stepS,
    rangeS,
  });
  const parameters: Record<string, string> = instant
    ? { query, time: String(nowS) }
    : {
        query,
        start: String(Math.floor((nowS - rangeS) / stepS) * stepS),
        end: String(Math.floor(nowS / stepS) * stepS),
        step: String(stepS),
      };
  const begun = performance.now();
  const response = await fetch(`${url}/api/v1/${instant ? 'query' : 'query_range'}`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
  });
  const body = (await response.json()) as Body;
  const tookMs = performance.now() - begun;
  const series = (body.data?.result ?? []).map(({ metric, value, values }) => ({
    metric,
    values: (values ?? (value ? [value] : [])).map(([, text]) => Number(text)),
  }));
  return { expression, query, tookMs, error: body.error, series };
}

interface Body {
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly value?: readonly [number, string];
      readonly values?: readonly (readonly [number, string])[];
    }[];
  };
}

/** All questions of a dashboard. */
export async function openDashboard(
  url: string,
  committed: Committed,
  choice: Choice,
  nowS: number,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  // One after the other: how long one takes is to be seen.
  for (const expression of expressionsOf(committed))
    answers.push(await askAsGrafana(url, committed, expression, choice, nowS));
  return answers;
}

function seconds(text: string): number {
  const [, number = '', unit = ''] = /^(\d+)([smhdwy])$/.exec(text) ?? [];
  const unitS = UNITS_S[unit];
  if (unitS === undefined) throw new Error(`not a time: "${text}"`);
  return Number(number) * unitS;
}

/** Grafana takes round steps. */
function roundUp(stepS: number): number {
  const round = [
    1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200,
  ];
  return round.find((each) => each >= stepS) ?? 86_400;
}
