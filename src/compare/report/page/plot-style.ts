/** @file How plots look: a colour and a dash for each arm, so that no arm is told by its colour alone. */

/** Contrast with the page is 3:1 or more in both schemes, as graphics need it. */
export const plotStyle = `
.arm-base { --tone: light-dark(#6b7280, #9aa3ad); --dash: none; }
.arm-long_context { --tone: light-dark(#8d6211, #d3a85a); --dash: 7 3; }
.arm-rag { --tone: light-dark(#1f63c4, #7fb0ff); --dash: none; }
.arm-rag_form { --tone: light-dark(#0b7285, #5cc8d7); --dash: 10 3 2 3; }
.arm-tuned { --tone: light-dark(#c2410c, #ff9a62); --dash: 4 3; }
.arm-tuned_rag_naive { --tone: light-dark(#b02a6f, #f08fbf); --dash: 2 3; }
.arm-tuned_rag { --tone: light-dark(#1f6b48, #7fd0a4); --dash: none; }
.arm-oracle { --tone: light-dark(#6b4fc8, #b39dff); --dash: 1 4; }
.success { --tone: light-dark(#237a51, #5fb98b); }
.level { --tone: light-dark(#6a9c82, #4d8567); }
.loss { --tone: light-dark(#b8463e, #e07f76); }
.reason-form { --tone: light-dark(#b08a1f, #c9a33b); }
.reason-source { --tone: light-dark(#d0733a, #d98f4f); }
.reason-fact { --tone: light-dark(#b8463e, #e07f76); }
.reason-refused { --tone: light-dark(#52658f, #8da0c6); }
.reason-answered { --tone: light-dark(#8e4f9d, #bd88ca); }
.ink { --tone: var(--text); }
.frontier { --tone: var(--line-strong); --dash: 3 4; }

figure { margin-top: 1.5rem; padding: 1.25rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--surface); }
figcaption { font-weight: 650; }
figure .note { margin-top: .5rem; }
.legend { display: flex; flex-wrap: wrap; gap: .125rem 1.125rem; margin-top: .5rem; font-size: .8125rem; }
.legend li { display: flex; align-items: center; gap: .4rem; }
.plot { display: block; max-width: 100%; height: auto; margin-top: .75rem; font: 13px var(--sans); font-variant-numeric: tabular-nums; }
.plot text { fill: var(--text); paint-order: stroke; stroke: var(--surface); stroke-width: 3px; stroke-linejoin: round; }
.plot .bar-text { stroke: none; }
.plot .tick, .plot .axis-title, .plot .row-numbers { fill: var(--muted); font-size: 12px; }
.plot .row-heading { font-weight: 650; }
.plot.narrow { display: none; }
.grid { stroke: var(--line); stroke-width: 1; fill: none; }
.zero, .now { stroke: var(--line-strong); stroke-width: 1.5; fill: none; }
.now { stroke: var(--text); stroke-width: 2.5; }
.bar { fill: var(--tone); stroke: var(--surface); stroke-width: 1; }
.plot .bar-text { fill: light-dark(#fff, #10130f); font-size: 12px; font-weight: 600; }
.plot .bar-text.reason-form, .plot .bar-text.reason-source { fill: #10130f; }
.whisker { stroke: var(--tone); stroke-width: 2; fill: none; }
.whisker.muted { opacity: .55; }
.marker { fill: var(--tone); stroke: var(--surface); stroke-width: 1; }
.marker.hollow { fill: var(--surface); stroke: var(--tone); stroke-width: 2; }
.curve { stroke: var(--tone); stroke-width: 2; stroke-dasharray: var(--dash); stroke-linejoin: round; fill: none; }
.band { fill: var(--tone); opacity: .1; }
.key { display: inline-block; width: .625rem; height: .625rem; margin-right: .5rem; border-radius: .1875rem; background: var(--tone); }

@media (max-width: 639px) {
  figure { margin-inline: -.5rem; padding: 1rem .75rem; }
  .plot.wide { display: none; }
  .plot.narrow { display: block; width: 100%; max-width: 30rem; }
}
@media print {
  .plot.wide { display: block; }
  .plot.narrow { display: none; }
  figure { border: 0; padding: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`
