/** @file The report of a comparison: one HTML file that needs no network, made from the stored result alone. */
import { createHash } from 'node:crypto'
import type { ComparisonResult } from '../result.ts'
import { type Html, html } from './html.ts'
import { script } from './page/script.ts'
import { style } from './page/style.ts'
import { armsSection } from './sections/arms.ts'
import { confidenceSection } from './sections/confidence.ts'
import { costSection } from './sections/cost.ts'
import { differencesSection } from './sections/differences.ts'
import { explorerSection } from './sections/explorer.ts'
import { freshnessSection } from './sections/freshness.ts'
import { headroomSection } from './sections/headroom.ts'
import { jointSection } from './sections/joint.ts'
import { latencySection } from './sections/latency.ts'
import { methodSection } from './sections/method.ts'
import { verdictSection } from './sections/verdict.ts'
import { weightsSection } from './sections/weights.ts'

/** The same result gives the same bytes. Questions and answers are text in it, whatever they contain. */
export function renderReport(result: ComparisonResult): string {
  const { manifest } = result
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<title>Comparison ${manifest.id} - Graft</title>
<link rel="icon" href="data:,">
<style>${verbatim(style)}</style>
</head>
<body>
<a class="skip" href="#verdict">Skip to the verdict</a>
<div class="page">
${top(result)}
<main>
${sections.map(([render]) => render(result))}</main>
<footer class="foot">
  Run ${manifest.id}, begun ${manifest.createdAt}, Graft ${manifest.graft}.
  This file holds everything that it shows, and asks no server for anything.
</footer>
</div>
<script>${verbatim(script)}</script>
</body>
</html>`
  return `${page.markup}\n`
}

type Render = (result: ComparisonResult) => Html

/** In the order of the page; the verdict needs no entry in the list of contents. */
const sections: readonly (readonly [Render, id?: string, title?: string])[] = [
  [verdictSection],
  [armsSection, 'arms', 'Arms'],
  [differencesSection, 'differences', 'Differences'],
  [headroomSection, 'headroom', 'Headroom'],
  [jointSection, 'joint', 'Joint success'],
  [freshnessSection, 'freshness', 'Freshness'],
  [confidenceSection, 'confidence', 'Abstention'],
  [costSection, 'cost', 'Cost'],
  [latencySection, 'latency', 'Time'],
  [weightsSection, 'weights', 'Weights'],
  [explorerSection, 'questions', 'Questions'],
  [methodSection, 'method', 'Method'],
]

/** Nothing is fetched, sent or run but the one style sheet and the one script of this file. */
const POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}

/** Our own style and script alone: nothing of a result may come here. */
function verbatim(text: string): Html {
  return { markup: text }
}

function top({ manifest, plan }: ComparisonResult): Html {
  const links = sections.flatMap(([, id, title]) =>
    id === undefined ? [] : [html`<a href="#${id}">${title}</a>`],
  )
  return html`<header class="top">
      <div class="brand">
        ${LOGO}Graft <span>comparison of ${manifest.arms.length} arms, ${plan.questions} questions</span>
      </div>
      <fieldset class="theme">
        <legend class="unseen">Colours</legend>
        ${(['auto', 'light', 'dark'] as const).map(themeChoice)}
      </fieldset>
    </header>
    <nav class="contents" aria-label="Contents">${links}</nav>`
}

/** The style sheet asks which one is checked. */
function themeChoice(name: 'auto' | 'light' | 'dark'): Html {
  const checked = name === 'auto' && html` checked`
  return html`<label><input type="radio" name="theme" id="theme-${name}"${checked}>${name}</label>`
}

const LOGO = html`<svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
  <rect width="32" height="32" rx="8" fill="#1f6b48"/>
  <path d="M16 26V15" stroke="#fff" stroke-width="2.4" stroke-linecap="round" fill="none"/>
  <path d="M16 17c0-5.2 3.4-8.6 9-9 .3 5.8-3.2 9.2-9 9z" fill="#bfe8cf"/>
  <path d="M16 21c0-4-2.7-6.7-7.5-7-.2 4.6 2.7 7.2 7.5 7z" fill="#fff"/>
</svg>`
