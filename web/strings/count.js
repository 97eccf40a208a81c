/** @file A number with the noun in its right form. */

const plural = new Intl.PluralRules('en')

/** @type {(count: number, one: string, other: string) => string} */
export const count = (number, one, other) =>
  `${number.toLocaleString('en')} ${plural.select(number) === 'one' ? one : other}`
