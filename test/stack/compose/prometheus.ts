export interface Answer {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Body<V> {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly V[] };
}

/** The answer at a moment in Unix seconds, now by default. */
export async function askPrometheus(url: string, query: string, atS?: number): Promise<Answer[]> {
  const result = await ask<{ metric: Record<string, string>; value: [number, string] }>(
    `${url}/api/v1/query`,
    { query, ...(atS !== undefined && { time: String(atS) }) },
  );
  return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
}

/** One series over time: Unix seconds and value. */
export async function askRange(
  url: string,
  query: string,
  { fromS, toS, stepS }: { readonly fromS: number; readonly toS: number; readonly stepS: number },
): Promise<(readonly [atS: number, value: number])[]> {
  const parameters = { query, start: String(fromS), end: String(toS), step: String(stepS) };
  const [first] = await ask<{ values: [number, string][] }>(`${url}/api/v1/query_range`, parameters);
  return (first?.values ?? []).map(([at, value]) => [at, Number(value)] as const);
}

async function ask<V>(url: string, parameters: Readonly<Record<string, string>>): Promise<readonly V[]> {
  const response = await fetch(`${url}?${new URLSearchParams(parameters)}`);
  const body = (await response.json()) as Body<V>;
  if (body.status !== 'success') throw new Error(`${parameters.query}: ${body.error}`);
  return body.data.result;
}
