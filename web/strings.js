/** @file Every sentence the page shows, in one place for review and translation. */

import { audit } from './strings/audit.js'
import { behavior } from './strings/behavior.js'
import { count } from './strings/count.js'
import { knowledge } from './strings/knowledge.js'

/** @type {Record<string, string>} */
const modelNames = {
  graft: 'As configured',
  'graft/base': 'Embedded model',
  'graft/quoting': 'Quotes only',
}

/** The locale of these strings; dates and numbers follow it. */
export const locale = 'en'

export const strings = {
  product: 'Graft',
  viewTitle: (/** @type {string} */ view) => `${view} · Graft`,
  skipLink: 'Skip to the content',
  navLabel: 'Views',
  navAsk: 'Ask',
  navKnowledge: 'Knowledge',
  navBehavior: 'Behavior',
  navAudit: 'Audit',

  loading: 'Loading …',
  loadFailed: 'This could not be loaded',
  actionFailed: 'That did not work',
  cancel: 'Cancel',
  ms: (/** @type {number} */ ms) =>
    ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`,
  percent: (/** @type {number} */ share) => `${Math.round(share * 100)} %`,
  count: (/** @type {number} */ n) => n.toLocaleString('en'),

  heading: 'Ask your documents',
  lead: 'Every answer is drawn from your files, and every claim opens the exact passage it rests on.',
  leadEmpty:
    'No documents are indexed yet. Add a folder with “graft add ./docs”, then ask about it here.',
  examplesLabel: 'Example questions',
  examples: [
    'How do I add a folder of documents?',
    'What does a citation contain?',
    'Which file types can be indexed?',
  ],

  statusLoading: 'Connecting …',
  statusAway: 'Server away',
  statusFacts: {
    documents: 'Documents',
    chunks: 'Chunks',
    versions: 'Versions kept',
    lastChange: 'Last change',
    model: 'Answering model',
    embedder: 'Embedder',
  },
  neverChanged: 'never',
  documents: (/** @type {number} */ n) => count(n, 'document', 'documents'),
  chunks: (/** @type {number} */ n) => count(n, 'chunk', 'chunks'),
  changed: (/** @type {string} */ when) => `changed ${when}`,
  away: 'The server does not answer. This page tries again every few seconds.',
  back: 'The server is back.',
  newConversation: 'New conversation',

  composerLabel: 'Ask',
  questionLabel: 'Your question',
  questionPlaceholder: 'Ask about your documents …',
  composerHelp: 'Enter sends, Shift + Enter starts a new line',
  send: 'Send the question',
  stop: 'Stop the answer',
  jump: 'Go to the latest answer',
  scopeToday: 'As of today',
  scopeDate: (/** @type {string} */ date) => `As of ${date}`,
  asOfLabel: 'Answer from the documents as they were on',
  asOfHelp: 'Older versions stay readable, so yesterday’s answer can be asked for again.',
  asOfClear: 'Use today',
  collectionLabel: 'Search in',
  allCollections: 'All collections',
  modelLabel: 'Answered by',
  modelName: (/** @type {string} */ id) => modelNames[id] ?? `Adapter ${id.replace('graft:', '')}`,

  searching: 'Searching your documents …',
  searchingFor: (/** @type {string} */ query) => `Searching for “${query}” …`,
  reading: (/** @type {string[]} */ titles) =>
    `Reading ${titles.map((title) => `“${title}”`).join(', ')} …`,
  searchedFor: (/** @type {string} */ query) => `Searched for “${query}”`,
  stopped: 'Stopped before the end.',
  abstained: 'Not in the documents',
  abstainedHelp: 'Try other words, or add a document that covers this.',
  abstainedReason: (/** @type {string} */ reason) => `Why: ${reason}.`,
  abstainedClosest: 'The closest passages, which do not answer it:',
  abstainedAdd: 'Add a document',
  failed: 'No answer this time',
  answeredBy: (/** @type {string} */ model, /** @type {string} */ seconds) =>
    `${model} · ${seconds} s`,
  unsupported: 'The documents do not support this sentence.',
  unsupportedNote: (/** @type {number} */ n) =>
    `${count(n, 'sentence', 'sentences')} with a dotted underline: not supported by the documents.`,
  withheldNote: (/** @type {number} */ n) =>
    `${count(n, 'sentence was', 'sentences were')} left out: not supported by the documents.`,
  droppedNote: (/** @type {number} */ n) =>
    `${count(n, 'reference was', 'references were')} removed: no passage matched.`,

  sources: 'Sources',
  showAllSources: (/** @type {number} */ n) => `Show all ${n} sources`,
  marker: (/** @type {number} */ n, /** @type {string} */ title) => `Source ${n}: ${title}`,
  openHint: 'Click to read it in the document',
  untitled: 'Untitled document',

  copy: 'Copy with sources',
  copied: 'Copied',
  copyFailed: 'Copying is blocked here',
  retry: 'Try again',
  openTrace: 'How this came about',
  announceAnswer: (/** @type {string} */ text, /** @type {number} */ sources) =>
    sources === 0 ? text : `${text} ${count(sources, 'source', 'sources')}.`,

  paneClose: 'Close the source',
  paneLoading: 'Opening the document …',
  paneCurrent: 'Current version',
  paneReplaced: (/** @type {string} */ date) => `Replaced on ${date}`,
  paneValidFrom: (/** @type {string} */ date) => `Stored on ${date}`,
  paneVerified: 'The quote is identical to the stored text.',
  paneMismatch: 'The stored text differs from the quote at this position.',
  paneEarlier: 'Show earlier text',
  paneLater: 'Show later text',
  paneFailed: 'The source could not be opened',

  login: {
    title: 'This server asks for a key',
    message: 'Enter GRAFT_API_KEY, or a key made with “graft keys create”.',
    refused: 'That key is not valid. Enter GRAFT_API_KEY, or a key made with “graft keys create”.',
    key: 'API key',
    agree: 'Log in',
  },

  errors: {
    unreachable: 'The server cannot be reached.',
    unreachableHint: 'Start it again with “npm start”, then try again.',
    interrupted: 'The connection ended before the answer was complete.',
    interruptedHint: 'Try again; if it happens every time, look at the server’s output.',
    status: (/** @type {number} */ status) => `The server answered with status ${status}.`,
    unexpected: 'Something went wrong on this page.',
    unexpectedHint: 'Reload the page, then ask again.',
  },

  feedback: {
    up: 'Good answer',
    down: 'Bad answer',
    formTitle: 'What was wrong?',
    reason: 'Reason',
    reasonHint: 'For those who review it. Optional.',
    correction: 'A better answer',
    correctionHint: 'Once it is reviewed, it becomes an example to learn from. Optional.',
    send: 'Send feedback',
    thanks: 'Thank you. The feedback is kept with the answer.',
    thanksExample: 'Thank you. It waits for review, and then becomes an example.',
  },

  audit,

  legs: {
    lexical: 'Words',
    dense: 'Meaning',
    selector: 'Sentence',
  },
  legHelp: {
    lexical: 'BM25 over words, ranked again by nearness, phrases and headings.',
    dense: 'Cosine between the embeddings of question and passage.',
    selector: 'How likely the best sentence of the passage answers the question.',
  },
  legRank: (/** @type {number} */ rank, /** @type {string} */ score) => `#${rank} (${score})`,
  legMissing: '–',
  legMissingHint: 'Not among the candidates of this leg',

  knowledge,

  behavior,
}
