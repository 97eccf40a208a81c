/** @file Words that carry content, stemmed; numbers, negations and stop words told apart. */
import { stemmer } from 'stemmer'

const STOP_WORDS = new Set(
  `a about above after again all also am an and any are as at be because been before being below
  between both but by can could did do does doing done down during each either else ever few for from
  further get gets getting got had has have having he her here hers him his how however i if in indeed
  into is it its itself just know let like made make makes many may me might more most much must my
  near need of off often on once one only onto or other our ours out over own please rather really s
  same shall she should since so some still such t than that the their theirs them themselves then
  there therefore these they thing things this those through thus to too toward under until up upon
  us use used using very via was we well were what when where whether which while who whom whose why
  will with within would yes yet you your yours yourself d ll m re ve st nd rd th`.split(/\s+/),
)

const NEGATIONS = new Set(
  `no not none nor never neither nothing nobody nowhere without cannot cant isnt arent wasnt werent
  doesnt dont didnt wont wouldnt couldnt shouldnt hasnt havent hadnt unable`.split(/\s+/),
)

const NUMBER_WORDS: Record<string, string | undefined> = Object.fromEntries(
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
  sixteen seventeen eighteen nineteen twenty`
    .split(/\s+/)
    .map((word, value) => [word, String(value)]),
)

const MONTHS =
  /^(?:jan(?:uary)?|feb(?:ruary)?|march|april|june|july|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$/

/** Scripts written without spaces are read in overlapping pairs of characters. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+$/u
const TOKEN =
  /\d+(?:[.,]\d+)*|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+|[\p{L}\p{M}]+(?:['’][\p{L}]+)*/gu

/** Stems of the words of `text` that say something, in order, with repetitions; numbers are not among them. */
export function contentWords(text: string): string[] {
  return tokensOf(text).flatMap((token) => {
    if (/^\d/.test(token) || Object.hasOwn(NUMBER_WORDS, token) || isFunctionWord(token)) return []
    return UNSPACED.test(token) ? pairsOf(token) : [stemOf(token)]
  })
}

/** Figures, number words above one and month names, in one spelling: `1,000` is `1000`, `two` is `2`. */
export function numbersIn(text: string): Set<string> {
  const numbers = new Set<string>()
  for (const token of tokensOf(text)) {
    if (/^\d/.test(token)) numbers.add(plainNumber(token))
    else if (Object.hasOwn(NUMBER_WORDS, token) && token !== 'one')
      numbers.add(NUMBER_WORDS[token]!)
    else if (MONTHS.test(token)) numbers.add(token.slice(0, 3))
  }
  return numbers
}

/** How many words of `text` negate. */
export function negationsIn(text: string): number {
  return tokensOf(text).filter((token) => NEGATIONS.has(bare(token))).length
}

/** Stems of the first content word after each negation of `text`, within its clause: what is denied. */
export function deniedWords(text: string): string[] {
  return text.split(/[.;,:!?\n]/).flatMap((clause) => {
    const tokens = tokensOf(clause)
    return tokens.flatMap((token, index) => {
      if (!NEGATIONS.has(bare(token))) return []
      return contentWords(tokens.slice(index + 1).join(' ')).slice(0, 1)
    })
  })
}

function tokensOf(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(TOKEN) ?? []
}

/** `you're` counts as `you`. */
function isFunctionWord(token: string): boolean {
  const word = bare(token)
  return STOP_WORDS.has(word) || NEGATIONS.has(word) || STOP_WORDS.has(token.split(/['’]/)[0]!)
}

function bare(token: string): string {
  return token.replace(/['’]/g, '')
}

function plainNumber(token: string): string {
  const digits = token.replace(/,(?=\d{3}(?:\D|$))/g, '').replace(',', '.')
  return /^\d+(?:\.\d+)?$/.test(digits) ? String(Number(digits)) : digits
}

function stemOf(token: string): string {
  const word = token.replace(/['’]s$/, '').replace(/['’]/g, '')
  return /^[a-z]+$/.test(word) ? stemmer(word) : word.normalize('NFD').replace(/\p{M}/gu, '')
}

function pairsOf(token: string): string[] {
  const characters = [...token]
  const pairs = characters.slice(1).map((character, index) => characters[index]! + character)
  return pairs.length > 0 ? pairs : [token]
}
