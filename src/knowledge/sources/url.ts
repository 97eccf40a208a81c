/**
 * @file Web pages and sitemaps. A URL may come from someone else, so private networks are refused: the
 * address is checked at connection time, after name resolution, which also defeats DNS rebinding.
 */
import { lookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { KnowledgeError } from '../errors.ts'
import type { Source, SourceContent, SourceItem } from './source.ts'

export type FetchLimits = {
  /** Allow loopback and private networks, for documentation inside a company. Default false. */
  allowPrivateNetwork?: boolean
  /** Whole download, in milliseconds. Default 30,000. */
  timeoutMs?: number
  /** Default 50 MB, the parsers' own limit. */
  maxBytes?: number
  maxRedirects?: number
}

const MAX_SITEMAP_PAGES = 5_000

export function isUrl(target: string): boolean {
  return /^https?:\/\//i.test(target)
}

/** Lists a page, or the pages of a sitemap (`…/sitemap.xml`). @throws KnowledgeError */
export async function listUrl(
  target: string,
  limits: FetchLimits = {},
  signal?: AbortSignal,
): Promise<Source> {
  const url = parseUrl(target)
  if (!/sitemap[^/]*\.xml$/i.test(url.pathname))
    return { items: [urlItem(url, limits)], failures: [] }
  return await readSitemap(url, limits, signal)
}

/** A sitemap index names further sitemaps; an index in an index is not followed. */
async function readSitemap(
  url: URL,
  limits: FetchLimits,
  signal?: AbortSignal,
  nested = false,
): Promise<Source> {
  const { bytes } = await fetchGuarded(url, limits, signal)
  const xml = new TextDecoder().decode(bytes)
  const { pages, failures } = addressesIn(xml, url)
  if (!/<sitemapindex[\s>]/.test(xml))
    return { items: pages.map((page) => urlItem(page, limits)), failures }
  const source: Source = { items: [], failures }
  for (const page of nested ? [] : pages) {
    try {
      const further = await readSitemap(page, limits, signal, true)
      source.items.push(...further.items)
      source.failures.push(...further.failures)
    } catch (error) {
      source.failures.push({ uri: page.href, error })
    }
    if (source.items.length >= MAX_SITEMAP_PAGES) break
  }
  return { ...source, items: source.items.slice(0, MAX_SITEMAP_PAGES) }
}

/** A sitemap speaks for its own site only; what is no address in it is reported. */
function addressesIn(xml: string, { origin }: URL): { pages: URL[]; failures: Source['failures'] } {
  const pages: URL[] = []
  const failures: Source['failures'] = []
  for (const [, escaped] of xml.matchAll(/<loc>\s*([^<\s]+)\s*<\/loc>/g)) {
    const address = escaped!.replaceAll('&amp;', '&')
    try {
      const page = parseUrl(address)
      if (page.origin === origin) pages.push(page)
    } catch (error) {
      failures.push({ uri: address, error })
    }
    if (pages.length === MAX_SITEMAP_PAGES) break
  }
  return { pages, failures }
}

function urlItem(url: URL, limits: FetchLimits): SourceItem {
  return { location: url.href, uri: url.href, read: (signal) => fetchGuarded(url, limits, signal) }
}

function parseUrl(target: string): URL {
  const url = URL.canParse(target) ? new URL(target) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new KnowledgeError(
      'invalid_url',
      `"${target}" is not a http(s) address without credentials`,
      {
        hint: 'Give an address such as https://example.com/docs.',
      },
    )
  }
  url.hash = ''
  return url
}

async function fetchGuarded(
  first: URL,
  limits: FetchLimits,
  signal?: AbortSignal,
): Promise<SourceContent> {
  const { timeoutMs = 30_000, maxRedirects = 5 } = limits
  const deadline = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])])
  let url = first
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const answer = await request(url, limits, deadline).catch((cause: unknown) => {
      signal?.throwIfAborted()
      if (cause instanceof KnowledgeError) throw cause
      const late = `it took longer than ${timeoutMs} ms`
      throw fetchFailed(url, deadline.aborted ? late : (cause as Error).message)
    })
    if (!('location' in answer)) return answer
    url = parseUrl(new URL(answer.location, url).href)
  }
  throw fetchFailed(first, `more than ${maxRedirects} redirects`)
}

function request(
  url: URL,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<SourceContent | { location: string }> {
  assertHostAllowed(url, limits)
  const client = url.protocol === 'https:' ? https : http
  const headers = {
    'user-agent': 'graft',
    accept: 'text/html,text/markdown,text/*;q=0.9,*/*;q=0.5',
  }
  return new Promise((resolve, reject) => {
    const outgoing = client.get(
      url,
      { headers, signal, lookup: guardedLookup(url, limits) },
      (response) => {
        const { statusCode = 0, headers: got } = response
        if (statusCode >= 300 && statusCode < 400 && got.location) {
          response.resume()
          resolve({ location: got.location })
        } else if (statusCode !== 200) {
          response.resume()
          reject(fetchFailed(url, `the server answered ${statusCode}`))
        } else {
          collect(url, response, limits).then((bytes) => {
            const mediaType = got['content-type']
            resolve(mediaType === undefined ? { bytes } : { bytes, mediaType })
          }, reject)
        }
      },
    )
    outgoing.on('error', reject)
  })
}

async function collect(
  url: URL,
  response: http.IncomingMessage,
  limits: FetchLimits,
): Promise<Uint8Array> {
  const { maxBytes = 50 * 1024 * 1024 } = limits
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) {
      response.destroy()
      throw new KnowledgeError(
        'document_too_large',
        `${url.href} sends more than ${maxBytes} bytes`,
        {
          hint: 'Download the document, split it, and add the parts.',
        },
      )
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** A literal address skips name resolution, so it is checked here. */
function assertHostAllowed(url: URL, limits: FetchLimits): void {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(host) && !isAllowed(host, limits)) throw notAllowed(url, host)
}

function guardedLookup(url: URL, limits: FetchLimits): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const refused = addresses.find(({ address }) => !isAllowed(address, limits))
      if (refused) return callback(notAllowed(url, refused.address), '', 0)
      if (options.all) return callback(null, addresses)
      const [first] = addresses
      return callback(null, first!.address, first!.family)
    })
  }
}

function isAllowed(address: string, { allowPrivateNetwork = false }: FetchLimits): boolean {
  return allowPrivateNetwork || ipaddr.process(address).range() === 'unicast'
}

function notAllowed(url: URL, address: string): KnowledgeError {
  return new KnowledgeError(
    'address_not_allowed',
    `${url.href} leads to ${address}, which is not a public address`,
    {
      hint: 'Use --allow-private-network if the document is on your own network and you trust the address.',
    },
  )
}

function fetchFailed(url: URL, reason: string): KnowledgeError {
  return new KnowledgeError('fetch_failed', `${url.href} could not be fetched: ${reason}`, {
    hint: 'Check the address and the network connection, then run the command again.',
  })
}
