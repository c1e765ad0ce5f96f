import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';

/** A selector of series in an expression. */
export interface Selected {
  readonly metric: string;
  /** Labels that it matches on. */
  readonly labels: readonly string[];
  /** Looked up over a window, `[1h]`. */
  readonly overRange: boolean;
  /** Functions and aggregations around it, from the inside out. */
  readonly within: readonly string[];
  /** Whether it is a side of a subtraction, at any depth, or added to what is below zero. */
  readonly subtracted: boolean;
}

export interface Understood {
  /** Where the text is no PromQL: from the place on. */
  readonly errors: readonly string[];
  readonly selected: readonly Selected[];
  /** Labels named by `by`, `on`, `group_left` …; those of `without` need not be there. */
  readonly grouped: readonly string[];
  /** Labels that `label_replace` makes. */
  readonly made: readonly string[];
}

export function understand(text: string): Understood {
  const errors: string[] = [];
  const selected: Selected[] = [];
  const grouped: string[] = [];
  const made: string[] = [];
  const textOf = ({ from, to }: { from: number; to: number }): string => text.slice(from, to);
  parser.parse(text).iterate({
    enter(node) {
      if (node.type.isError) errors.push(text.slice(node.from, node.from + 40) || '(its end)');
      if (node.name === 'VectorSelector') selected.push(select(node.node, textOf));
      if (node.name === 'GroupingLabels' && !isWithout(node.node)) {
        grouped.push(...node.node.getChildren('LabelName').map(textOf));
      }
      if (node.name === 'FunctionCall' && functionName(node.node, textOf) === 'label_replace') {
        const label = node.node.getChild('FunctionCallBody')?.getChildren('StringLiteral')[0];
        if (label) made.push(textOf(label).slice(1, -1));
      }
    },
  });
  return { errors, selected, grouped, made };
}

type TextOf = (span: { from: number; to: number }) => string;

function select(node: SyntaxNode, textOf: TextOf): Selected {
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  const within: string[] = [];
  let subtracted = false;
  let overRange = false;
  for (let around = node.parent; around; around = around.parent) {
    if (around.name === 'MatrixSelector' || around.name === 'SubqueryExpr') overRange = true;
    if (around.name === 'FunctionCall') within.push(functionName(around, textOf));
    if (around.name === 'AggregateExpr') {
      const operator = around.getChild('AggregateOp');
      if (operator) within.push(textOf(operator));
    }
    if (around.name === 'UnaryExpr') subtracted = true;
    if (around.name === 'BinaryExpr' && (around.getChild('Sub') || isBesideNegative(around, textOf)))
      subtracted = true;
  }
  const name = node.getChild('Identifier');
  return {
    metric: name ? textOf(name) : '',
    labels: matchers.flatMap((matcher) => matcher.getChildren('LabelName').map(textOf)),
    overRange,
    within,
    subtracted,
  };
}

/** `… or label_replace(-…)`: what is to be added up, under another label. */
function isBesideNegative(binary: SyntaxNode, textOf: TextOf): boolean {
  const { lastChild } = binary;
  return (
    binary.getChild('Or') !== null && lastChild !== null && textOf(lastChild).startsWith('label_replace(-')
  );
}

function functionName(call: SyntaxNode, textOf: TextOf): string {
  const name = call.getChild('FunctionIdentifier');
  return name ? textOf(name) : '';
}

function isWithout(labels: SyntaxNode): boolean {
  return labels.parent?.getChild('Without') != null;
}
