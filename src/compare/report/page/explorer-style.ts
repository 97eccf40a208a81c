/** @file How the list of questions looks. */

export const explorerStyle = `
.filters { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .75rem; align-items: end; margin-top: 1.25rem; }
.filters label { display: block; color: var(--muted); font-size: .8125rem; }
.filters select, .filters input, .filters button { width: 100%; min-height: 2.5rem; padding: .25rem .625rem; border: 1px solid var(--line-strong); border-radius: .5rem; background: var(--surface); }
.filters button { cursor: pointer; }
.filters button:hover { background: var(--sunken); }
.found { margin: 1rem 0 .5rem; color: var(--muted); font-size: .875rem; }
.question { border: 1px solid var(--line); background: var(--surface); }
.question + .question { border-top: 0; }
.question > summary { display: flex; flex-wrap: wrap; gap: .125rem 1rem; align-items: baseline; padding: .625rem 1rem; list-style-position: inside; }
.question > summary::-webkit-details-marker { display: none; }
.question > summary::before { content: "▸"; width: .75rem; color: var(--muted); }
.question[open] > summary::before { content: "▾"; }
.question > summary:hover { background: var(--sunken); }
.question[open] > summary { border-bottom: 1px solid var(--line); }
.asked { flex: 1 1 20rem; min-width: 0; }
.facts-of { color: var(--muted); font-size: .8125rem; }
.question > .facts, .question > h3, .question > .answers, .question > .note { margin: .875rem 1rem; }
.answers { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: .75rem; }
.answer { display: flex; flex-direction: column; gap: .5rem; min-width: 0; padding: .75rem .875rem; border: 1px solid var(--line); border-radius: .625rem; background: var(--page); }
.answer.match { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
.answer h4 { font-size: .875rem; font-weight: 650; }
.badges { display: flex; flex-wrap: wrap; gap: .25rem; }
.text { font: 1rem/1.5 var(--serif); white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; }
.citations { counter-reset: cited; color: var(--muted); font-size: .8125rem; line-height: 1.5; }
.citations li { counter-increment: cited; overflow-wrap: anywhere; }
.citations li::before { content: "[" counter(cited) "] "; }
.citations cite { font-style: normal; }
.citations q { color: var(--text); font-family: var(--serif); }
.answer .absent { margin: 0; font-size: .875rem; }
.scores { margin-top: auto; font-size: .8125rem; }
.scores summary { color: var(--accent); }
.scores dl > div { display: flex; justify-content: space-between; gap: 1rem; padding: .125rem 0; }
.scores dt { color: var(--muted); }
.scores dd { text-align: right; }
.scores .without { display: block; color: var(--muted); }
.scores .without dd { text-align: left; }

@media print {
  .question:not([open]) { display: none; }
  #questions:not(:has(.question[open])) { display: none; }
}
`
