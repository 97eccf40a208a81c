/** @file Sentences of the knowledge view. */

import { count } from './count.js'

export const knowledge = {
  title: 'Knowledge',
  lead: 'What answers are drawn from.',
  back: 'All documents',
  dropTitle: 'Drop files here',
  dropHint:
    'Text, Markdown, HTML, PDF, Word, CSV, JSON or code, up to 20 MB each. A file of the same name becomes a new version.',
  choose: 'Choose files',
  options: 'Collection and groups',
  collection: 'Collection',
  collectionHint: 'Empty: “default”.',
  groups: 'Groups that may read it',
  groupsHint: 'Separated by commas. Empty: everyone, or as before for a known document.',
  waiting: 'waiting',
  uploading: 'adding …',
  outcomes: {
    added: 'added',
    updated: 'new version',
    unchanged: 'unchanged',
    renamed: 'renamed',
  },
  searchLabel: 'Try the search',
  searchPlaceholder: 'Words or a question …',
  search: 'Search',
  searchClear: 'Back to the documents',
  results: (/** @type {number} */ n, /** @type {string} */ query) =>
    n === 0
      ? `Nothing found for “${query}”.`
      : `${count(n, 'passage', 'passages')} for “${query}”, best first.`,
  noResultsHint: 'Try fewer or other words.',
  filterLabel: 'Filter by name',
  emptyTitle: 'No documents yet',
  emptyMessage: 'Drop files above, or add a folder with “graft add ./docs”.',
  noneMatch: 'No document has this in its name.',
  shown: (/** @type {number} */ shown, /** @type {number} */ all) =>
    shown === all ? count(all, 'document', 'documents') : `${shown} of ${all} documents`,
  more: (/** @type {number} */ n) => `Show ${n} more`,
  chars: (/** @type {number} */ n) => count(n, 'character', 'characters'),
  everyone: 'everyone',
  origins: { 'text:': 'Uploaded', 'file:': 'Folder', http: 'Web', 'graft-file:': 'Vector store' },
  originUnknown: 'Other',
  facts: {
    uri: 'Name',
    origin: 'From',
    location: 'Location',
    collection: 'Collection',
    mediaType: 'Type',
    size: 'Size',
    validFrom: 'Current since',
    groups: 'Groups',
    readers: 'Readers',
  },
  noReaders: 'only the owner',
  versions: 'Versions',
  version: (/** @type {string} */ from, /** @type {string} */ to) => `${from} – ${to}`,
  now: 'now',
  showText: 'Text',
  showChanges: 'Changes',
  changesTitle: (/** @type {string} */ from, /** @type {string} */ to) =>
    `Changes from ${from} to ${to}`,
  textTitle: (/** @type {string} */ date) => `Text of ${date}`,
  noChanges: 'The texts are the same; the title or the form of the file has changed.',
  skipped: (/** @type {number} */ n) => `${count(n, 'unchanged line', 'unchanged lines')}`,
  diffSummary: (/** @type {number} */ added, /** @type {number} */ removed) =>
    `${count(added, 'line', 'lines')} added, ${removed} removed`,
  remove: 'Remove',
  removeTitle: (/** @type {string} */ name) => `Remove “${name}”?`,
  removeMessage: 'It is found no more. Earlier answers keep their citations.',
  removeFromFolder: ' It comes back when its folder is read again while the file is there.',
}
