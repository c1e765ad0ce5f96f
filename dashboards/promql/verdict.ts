/** What a number means, in a word that can be read where colours cannot, and the colour beside it. */
export interface Verdict {
  readonly word: string;
  readonly colour: 'green' | 'yellow' | 'orange' | 'red' | 'blue';
  /** From this number on, or from what this scalar PromQL gives; the first verdict has none. */
  readonly from?: number | string;
}

/** A scale that begins somewhere and ascends. */
export type Verdicts = readonly [Verdict, ...Verdict[]];

/** The number with the label `verdict`, whose value is the word: a legend can show it. */
export function withVerdict(expression: string, verdicts: Verdicts): string {
  if (verdicts.length === 1) return label(`(${expression})`, verdicts[0].word);
  return verdicts
    .map(({ word, from }, i) => {
      const next = verdicts[i + 1]?.from;
      const lower = from === undefined ? '' : ` >= ${from}`;
      const upper = next === undefined ? '' : ` < ${next}`;
      return label(`(${expression})${lower}${upper}`, word);
    })
    .join(' or ');
}

function label(expression: string, word: string): string {
  return `label_replace(${expression}, "verdict", "${word}", "", "")`;
}
