import { Html } from './html.js';

/**
 * How charts look. The eight colours differ for colour-blind people, too (after Okabe and Ito); further series have the same
 * with dashes. Sizes are in units of the picture, which is made to fit the width: on a narrow screen texts must be larger.
 */
export const CHART_STYLE =
  new Html(`:root { --series-0: #0072b2; --series-1: #e69f00; --series-2: #009e73; --series-3: #cc79a7; --series-4: #56b4e9; --series-5: #d55e00; --series-6: #8a8f98; --series-7: #b5a300 }
@media (prefers-color-scheme: dark) { :root { --series-0: #3b9ae1; --series-1: #f0b23a; --series-2: #2bbd92; --series-3: #df93bd; --series-4: #9bd6fb; --series-5: #f07f3c; --series-6: #8e98a5; --series-7: #f0e442 } }
.s0 { color: var(--series-0) } .s1 { color: var(--series-1) } .s2 { color: var(--series-2) } .s3 { color: var(--series-3) } .s4 { color: var(--series-4) } .s5 { color: var(--series-5) } .s6 { color: var(--series-6) } .s7 { color: var(--series-7) }
.chart { margin: .75rem 0; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center }
.chart > svg { flex: 1 1 30rem; min-width: 0; max-width: 50rem; height: auto }
.chart text { fill: var(--soft); font-size: 10.5px } .chart text.value { fill: var(--ink); font-weight: 600 }
.grid { stroke: var(--line) } .ground { stroke: var(--soft) }
.line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round } .shade { fill: currentColor; fill-opacity: .18 }
.layer { fill: currentColor; stroke: var(--card); stroke-width: .75 } .bar { fill: currentColor }
.dot { fill: currentColor; fill-opacity: .7; stroke: var(--card); stroke-width: .75 } a:hover .dot, .dot:hover, .bar:hover { fill-opacity: 1; stroke: var(--ink) }
.dashed .line { stroke-dasharray: 6 4 } .dashed.layer, .dashed .bar, .dashed .dot { stroke: var(--ink); stroke-dasharray: 3 2 }
.level { fill: none; stroke: var(--ink); stroke-dasharray: 5 4 } .chart text.level-name { fill: var(--ink); paint-order: stroke; stroke: var(--card); stroke-width: 3px }
.strips rect { fill: var(--ink); fill-opacity: 0 } .strips rect:hover { fill-opacity: .08 }
.legend { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .15rem 1rem; font-size: .9rem } .legend li { margin: 0; overflow-wrap: anywhere }
.swatch { width: 18px; height: 12px; margin-right: .4rem }
@media (min-width: 64rem) { .legend { flex-direction: column; max-width: 14rem } }
@media (max-width: 40rem) { .chart text { font-size: 15px } .chart > svg { flex-basis: 100% } }
@media (max-width: 30rem) { .chart text { font-size: 20px } .dot { r: 6px } }`);
