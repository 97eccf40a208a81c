/** @file Fine-tuning jobs with their progress, read again while any of them runs. */

import { changeJob, getJobEvents, getJobs } from '../api.js'
import { confirmDialog } from '../confirm.js'
import { el } from '../dom.js'
import { formatTime } from '../format.js'
import { act, badge, button, failure, notice, section } from '../parts.js'
import { strings } from '../strings.js'
import { lossCurve } from './loss-curve.js'

/** @import { EventObject, JobObject } from '../../src/server/contract.ts' */
/** @import { Tone } from '../parts.js' */

const text = strings.behavior

const refreshMs = 2_000
const messagesShown = 5

/** @type {Record<JobObject['status'], Tone>} */
const statusTones = {
  validating_files: 'plain',
  queued: 'plain',
  running: 'good',
  paused: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'plain',
}

/** @type {Partial<Record<JobObject['status'], ('pause' | 'resume' | 'cancel')[]>>} */
const actionsOf = {
  validating_files: ['cancel'],
  queued: ['pause', 'cancel'],
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel'],
}

/** @param {{ onFinished: () => void }} handlers `onFinished`: a job that ran has come to its end */
export function createJobs({ onFinished }) {
  const place = el('div', {})
  const stopping = new AbortController()
  const { signal } = stopping
  let timer = 0
  let wasActive = false
  let shown = ''
  const readEvents = createEventReader(signal)

  const refresh = async () => {
    clearTimeout(timer)
    try {
      const jobs = (await getJobs(signal)).data
      const events = await Promise.all(jobs.map(readEvents))
      if (signal.aborted) return
      const isActive = jobs.some(({ status }) => isLive(status))
      if (wasActive && !isActive) onFinished()
      wasActive = isActive
      // What has not changed keeps its nodes, and with them the reader's focus.
      const next = JSON.stringify([jobs, events])
      if (next !== shown) place.replaceChildren(...render(jobs, events, refresh))
      shown = next
      if (isActive) timer = window.setTimeout(refresh, refreshMs)
    } catch (cause) {
      if (signal.aborted) return
      shown = ''
      place.replaceChildren(failure(cause, { onRetry: () => void refresh() }))
    }
  }
  void refresh()
  return {
    node: section(text.jobs, place),
    stop() {
      clearTimeout(timer)
      stopping.abort()
    },
  }
}

/** @param {JobObject['status']} status */
function isLive(status) {
  return status === 'validating_files' || status === 'queued' || status === 'running'
}

/**
 * Events of a job that has ended come no more: they are read once.
 *
 * @param {AbortSignal} signal
 */
function createEventReader(signal) {
  /** @type {Map<string, EventObject[]>} */
  const known = new Map()
  return async (/** @type {JobObject} */ { id, status }) => {
    const key = `${id} ${status}`
    const events = known.get(key) ?? (await getJobEvents(id, signal)).data
    if (!isLive(status)) known.set(key, events)
    return events
  }
}

/**
 * @param {JobObject[]} jobs
 * @param {EventObject[][]} events of each, newest first
 * @param {() => Promise<void>} refresh
 */
function render(jobs, events, refresh) {
  if (jobs.length === 0)
    return [notice('empty', 'model', { title: text.noJobs, message: text.noJobsHint })]
  return jobs.map((job, index) => jobCard(job, events[index] ?? [], refresh))
}

/**
 * @param {JobObject} job
 * @param {EventObject[]} events
 * @param {() => Promise<void>} refresh
 */
function jobCard(job, events, refresh) {
  const { status, created_at: createdAt, graft, error, fine_tuned_model: model } = job
  const title = text.jobTitle(graft.adapter, formatTime(new Date(createdAt * 1000).toISOString()))
  const metrics = events.flatMap(({ data, type }) => (type === 'metrics' && data ? [data] : []))
  const messages = events.filter(({ type }) => type === 'message').slice(0, messagesShown)
  const actions = el('span', { class: 'form-actions' })
  const head = el('div', { class: 'card-head' }, el('h3', {}, title), actions)
  const node = el('article', { class: 'card', 'aria-label': title }, head)
  for (const action of actionsOf[status] ?? [])
    actions.append(actionButton(job, action, { node, refresh }))
  node.append(
    el(
      'p',
      { class: 'row-meta' },
      badge(text.statuses[status], statusTones[status]),
      ...(graft.gate ? [verdictBadge(graft.gate.verdict)] : []),
      ...(model ? [el('span', {}, text.registered(model))] : []),
      ...progressParts(job, metrics[0]),
    ),
    ...progressBar(job, metrics[0]),
    ...lossCurve(metrics.toReversed()),
  )
  if (error)
    node.append(notice('failure', 'warning', { title: error.code, message: error.message }))
  if (messages.length > 0) node.append(messageList(messages))
  return node
}

/** @param {'passed' | 'refused'} verdict */
function verdictBadge(verdict) {
  return badge(text.verdicts[verdict], verdict === 'passed' ? 'good' : 'bad')
}

/**
 * @param {JobObject} job
 * @param {Readonly<Record<string, unknown>> | undefined} latest
 */
function progressParts({ status, estimated_finish: finish }, latest) {
  if (status !== 'running' || !latest) return []
  const loss = latest.train_loss
  const parts = [
    text.step(Number(latest.step), Number(latest.total_steps)),
    ...(typeof loss === 'number' ? [text.loss(loss.toFixed(3))] : []),
    ...(finish ? [text.finishes(formatTime(new Date(finish * 1000).toISOString()))] : []),
  ]
  return parts.map((part) => el('span', {}, part))
}

/**
 * @param {JobObject} job
 * @param {Readonly<Record<string, unknown>> | undefined} latest
 */
function progressBar({ status }, latest) {
  if (status !== 'running' || !latest) return []
  const [step, steps] = [Number(latest.step), Number(latest.total_steps)]
  return [el('progress', { max: steps, value: step, 'aria-label': text.step(step, steps) })]
}

/**
 * @param {JobObject} job
 * @param {'pause' | 'resume' | 'cancel'} action
 * @param {{ node: HTMLElement, refresh: () => Promise<void> }} place
 */
function actionButton({ id }, action, { node, refresh }) {
  const run = async () => {
    if (action === 'cancel' && !(await confirmCancel())) return
    await changeJob(id, action)
    await refresh()
  }
  const starter = button(text.jobActions[action], () => void act(node, starter, run))
  return starter
}

function confirmCancel() {
  return confirmDialog({
    title: text.cancelTitle,
    message: text.cancelMessage,
    agree: text.cancelNow,
    dangerous: true,
  })
}

/** @param {EventObject[]} events newest first */
function messageList(events) {
  const items = events.map(({ message, level, created_at: at }) =>
    el(
      'li',
      { class: `job-message ${level}` },
      el('time', { class: 'hint' }, formatTime(new Date(at * 1000).toISOString())),
      ' ',
      message,
    ),
  )
  return el('ol', { class: 'plain-list' }, ...items)
}
