/** @file What personal data and secrets look like, with the checks that tell them from other numbers. */

export type Detector = {
  readonly kind: string
  readonly pattern: RegExp
  /** Whether a text can hold one at all: cheaper than the pattern. */
  readonly hint: RegExp
  readonly isValid?: (found: string) => boolean
  readonly isSecret?: true
}

const digitsOf = (text: string): string => text.replace(/\D/g, '')

export const detectors: readonly Detector[] = [
  {
    kind: 'a private key',
    pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----/g,
    hint: /-----BEGIN/,
    isSecret: true,
  },
  {
    // Prefixes of OpenAI and Anthropic, Stripe, AWS, GitHub, GitLab, Slack, Google, Hugging Face, npm.
    kind: 'an API key',
    pattern:
      /\b(?:sk-[\w-]{16,}|[sr]k_(?:live|test)_\w{16,}|(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35}|hf_[A-Za-z0-9]{30,}|npm_[A-Za-z0-9]{36})/g,
    hint: /sk-|k_|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox|AIza|hf_|npm_/,
    isSecret: true,
  },
  {
    kind: 'a JSON Web Token',
    pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g,
    hint: /eyJ/,
    isSecret: true,
  },
  {
    kind: 'an e-mail address',
    pattern:
      /[\p{L}\p{N}](?:[\p{L}\p{N}._%+-]{0,62}[\p{L}\p{N}_+-])?@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,5}\p{L}{2,24}(?![\p{L}\p{N}])/gu,
    hint: /@/,
  },
  {
    kind: 'an IBAN',
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    hint: /[A-Z]{2}\d{2}/,
    isValid: isIban,
  },
  {
    kind: 'a card number',
    pattern: /(?<![\d-])(?:\d[ -]?){12,18}\d(?![\d-])/g,
    hint: /\d{4}/,
    isValid: isCardNumber,
  },
  {
    kind: 'a US social security number',
    pattern: /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g,
    hint: /\d-\d/,
  },
  {
    kind: 'a phone number',
    pattern:
      /(?<![\w.]|\d[ -])(?:\+\d{1,3}[ .-]?(?:\(0?\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,5}|\(\d{3}\)[ .-]?\d{3}[ .-]\d{4}|\d{3}[-.]\d{3}[-.]\d{4}|0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5})(?![\w-]|\.\d)/g,
    hint: /\d{3}/,
    isValid: (found) => digitsOf(found).length >= 9 && digitsOf(found).length <= 15,
  },
  {
    kind: 'an IP address',
    pattern: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.]*\d)/g,
    hint: /\d\.\d/,
    isValid: isPublicAddress,
  },
]

/** The first two and the last two characters, of long values. */
export function masked(value: string): string {
  const shown = value.length >= 12 ? 2 : 1
  return `${value.slice(0, shown)}${'*'.repeat(Math.min(8, value.length - 2 * shown))}${value.slice(-shown)}`
}

/** Luhn's check over 13 to 19 digits that start as cards do. */
function isCardNumber(found: string): boolean {
  const digits = digitsOf(found)
  if (!/^[2-6]/.test(digits)) return false
  const sum = [...digits].reverse().reduce((total, digit, at) => {
    const value = Number(digit) * (at % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

/** ISO 13616: the rearranged number is 1 modulo 97. */
function isIban(found: string): boolean {
  const plain = found.replaceAll(' ', '')
  if (plain.length < 15 || plain.length > 34) return false
  const rearranged = plain.slice(4) + plain.slice(0, 4)
  const digits = [...rearranged].map((character) => Number.parseInt(character, 36)).join('')
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1
}

/** Of some host on the internet: addresses of private networks and of documentation name nobody. */
function isPublicAddress(found: string): boolean {
  const [a = 0, b = 0, c = 0, d = 0] = found.split('.').map(Number)
  if ([a, b, c, d].some((part) => part > 255) || a === 0 || a === 10 || a === 127) return false
  if (a >= 224 || (a === 192 && b === 168) || (a === 169 && b === 254)) return false
  return !(a === 172 && b >= 16 && b <= 31)
}
