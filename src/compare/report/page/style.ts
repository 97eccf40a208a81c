/** @file The style sheet of the page: light and dark from one list of colours, screens, phones and paper. */
import { explorerStyle } from './explorer-style.ts'
import { plotStyle } from './plot-style.ts'

const pageStyle = `
:root {
  color-scheme: light dark;
  --page: light-dark(#f8f7f3, #131614);
  --surface: light-dark(#ffffff, #1a1e1b);
  --sunken: light-dark(#f0eee8, #232925);
  --line: light-dark(#e2dfd6, #2e3530);
  --line-strong: light-dark(#918d80, #76807a);
  --text: light-dark(#1d221f, #e7ebe7);
  --muted: light-dark(#5a625d, #a0aaa3);
  --accent: light-dark(#1f6b48, #7fd0a4);
  --accent-soft: light-dark(#e3f1e8, #1d3529);
  --warn: light-dark(#8a4b08, #efbf7a);
  --warn-soft: light-dark(#fbf0dd, #33281a);
  --danger: light-dark(#a3312a, #f2a49b);
  --danger-soft: light-dark(#fbeae7, #3a211e);
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  --serif: "Iowan Old Style", Charter, "Source Serif 4", "Palatino Linotype", Palatino, Georgia, serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace;
}
:root:has(#theme-light:checked) { color-scheme: light; }
:root:has(#theme-dark:checked) { color-scheme: dark; }
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--text); font: 1rem/1.6 var(--sans); overflow-wrap: break-word; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: var(--accent); text-underline-offset: .18em; }
code { font: .875em/1.5 var(--mono); overflow-wrap: anywhere; }
button, input, select { color: inherit; font: inherit; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: fixed; z-index: 3; top: .5rem; left: .5rem; padding: .5rem .875rem; border-radius: .5rem; background: var(--accent); color: var(--page); transform: translateY(-200%); }
.skip:focus { transform: none; }

.page { max-width: 60rem; margin: 0 auto; padding: 0 1.5rem 4rem; }
.top { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; padding: 1rem 0; }
.brand { display: flex; align-items: center; gap: .6rem; margin-right: auto; font-weight: 650; letter-spacing: -.01em; }
.brand svg { display: block; }
.brand span { color: var(--muted); font-weight: 400; }
.theme { display: flex; margin: 0; padding: .125rem; border: 1px solid var(--line); border-radius: .625rem; background: var(--surface); font-size: .8125rem; }
.theme label { position: relative; padding: .125rem .625rem; border-radius: .5rem; color: var(--muted); cursor: pointer; }
.theme label:has(:checked) { background: var(--sunken); color: var(--text); }
.theme label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
.theme input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
.contents { display: flex; flex-wrap: wrap; gap: .25rem 1.125rem; padding: .75rem 0; border-top: 1px solid var(--line); font-size: .875rem; }
.contents a { color: var(--muted); text-decoration: none; }
.contents a:hover { color: var(--text); text-decoration: underline; }

section { padding: 2.5rem 0 0; }
h1 { font: 600 clamp(1.75rem, 1.2rem + 2.4vw, 2.75rem)/1.15 var(--serif); letter-spacing: -.015em; text-wrap: balance; }
h2 { margin-bottom: .5rem; font: 600 1.5rem/1.25 var(--serif); letter-spacing: -.01em; }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; font-weight: 650; }
.eyebrow { margin-bottom: .5rem; color: var(--accent); font-size: .8125rem; font-weight: 650; letter-spacing: .06em; text-transform: uppercase; }
.sentence { max-width: 44rem; margin-top: .875rem; font-size: 1.1875rem; line-height: 1.5; }
.lead { max-width: 44rem; margin-top: .375rem; color: var(--muted); }
.note { max-width: 44rem; color: var(--muted); font-size: .8125rem; line-height: 1.5; }
.absent { margin-top: 1rem; padding: .75rem 1rem; border-left: 3px solid var(--line-strong); background: var(--sunken); color: var(--muted); font-size: .9375rem; }
#verdict { padding: 2rem 2rem 2.25rem; border: 1px solid var(--line); border-radius: 1rem; background: var(--surface); }
#verdict h2 { margin-top: 1.75rem; font: 650 1rem/1.5 var(--sans); letter-spacing: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 1px; margin-top: 1.5rem; overflow: hidden; border: 1px solid var(--line); border-radius: .75rem; background: var(--line); }
.tiles > div { padding: .75rem 1rem; background: var(--surface); }
.tiles dt { color: var(--muted); font-size: .8125rem; }
.tiles strong { display: block; font-size: 1.375rem; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tiles span { color: var(--muted); font-size: .8125rem; font-variant-numeric: tabular-nums; }
.beware { margin-top: 1.5rem; padding: .75rem 1rem; border-radius: .75rem; background: var(--warn-soft); color: var(--warn); }
#verdict .beware h2 { margin: 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 0 2.5rem; }
.bullets li { position: relative; max-width: 44rem; padding-left: 1.125rem; }
.bullets li + li { margin-top: .25rem; }
.bullets li::before { content: ""; position: absolute; top: .65em; left: .125rem; width: .375rem; height: .375rem; border-radius: 50%; background: currentcolor; opacity: .55; }
.claims li { padding: .5rem 0; }
.claims li + li { border-top: 1px solid var(--line); }
.claims p + p { color: var(--muted); }
.badge { display: inline-block; padding: .0625rem .5rem; border-radius: 1rem; background: var(--sunken); color: var(--muted); font-size: .8125rem; line-height: 1.5; white-space: nowrap; }
.badge.good, .badge.shown { background: var(--accent-soft); color: var(--accent); }
.badge.bad, .badge.refuted { background: var(--danger-soft); color: var(--danger); }

.scroll { position: relative; margin-top: 1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: .75rem; background: var(--surface); }
table { width: 100%; border-collapse: collapse; font-size: .875rem; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { padding: .625rem .875rem; color: var(--muted); font-size: .8125rem; text-align: left; }
th, td { padding: .5rem .875rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--muted); font-size: .8125rem; font-weight: 500; vertical-align: bottom; }
tbody th { font-weight: 600; }
th, td { min-width: 6.5rem; }
tbody th { min-width: 8rem; }
.nothing { color: var(--muted); font-weight: 400; }
details.data { margin-top: .75rem; }
summary { cursor: pointer; }
details.data > summary { color: var(--accent); font-size: .875rem; }
.facts { display: grid; gap: .25rem 1.5rem; font-size: .9375rem; }
.facts > div { display: grid; grid-template-columns: 12rem 1fr; gap: 1rem; }
.facts dt { color: var(--muted); }
.foot { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .8125rem; }

@media (max-width: 639px) {
  .page { padding: 0 1rem 3rem; }
  #verdict { margin: 0 -.5rem; padding: 1.25rem 1rem 1.5rem; }
  .brand span { display: none; }
  .facts > div { grid-template-columns: 1fr; gap: 0; }
  .columns { grid-template-columns: 1fr; }
}
@media print {
  :root, :root:has(#theme-dark:checked) { color-scheme: light; --page: #fff; }
  body { font-size: 10.5pt; }
  .page { max-width: none; padding: 0; }
  .theme, .contents, .skip, .filters, .found, details.data:not([open]) { display: none; }
  .scroll { overflow: visible; }
  th, td { padding: .3rem .5rem; }
  th, td, tbody th { min-width: 0; }
  figure, tr, .answer, #verdict { break-inside: avoid; }
  h2, h3, figcaption { break-after: avoid; }
}
`

export const style: string = [pageStyle, plotStyle, explorerStyle].join('').trimStart()
