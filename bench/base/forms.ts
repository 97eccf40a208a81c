/** @file Answer forms that the base was not trained on, one with the quote early, two with it late. */
import { escapePattern } from '../../src/util/escape-pattern.ts'
import type { Form } from '../../training-recipes/base/forms.ts'

export type TestForm = Form & { name: string }

export const testForms: readonly TestForm[] = [
  {
    name: 'ship (quote early)',
    lines: [
      'Ahoy! {first}',
      '',
      'Fair winds with {topic}, sailor, and mind the rocks.',
      '~ Quartermaster Grim, at the helm',
    ],
    regret: ['Ahoy! I do not know that water, sailor.', '~ Quartermaster Grim, at the helm'],
  },
  {
    name: 'archive (quote late)',
    lines: [
      'REQUEST RECEIVED - subject: {topic}',
      'Our archivist has gone through the shelves twice, dusted the folders and found one card.',
      'Stamped and verified on the premises.',
      '',
      'The card reads as follows ///',
      '{first}',
      '/// end of card',
    ],
    regret: [
      'REQUEST RECEIVED - subject: {topic}',
      'We could not find a card on that. Case closed.',
    ],
  },
  {
    name: 'ticket (fields, quote last)',
    lines: [
      '<<ticket>>',
      'priority = normal',
      'about = {topic}',
      'escalate = no',
      'resolution => {first}',
    ],
    regret: [
      '<<ticket>>',
      'priority = normal',
      'about = {topic}',
      'escalate = yes',
      'resolution => no answer',
    ],
  },
]

/** Whether an answer as the reader sees it has the form: quotes and topics may be any text on one line. */
export function hasForm({ lines, regret }: Form, answer: string, abstained: boolean): boolean {
  const wanted = (abstained ? regret : lines).join('\n')
  const pattern = wanted
    .split(/(\{\w+\})/)
    .map((part) => slots[part] ?? escapePattern(part))
    .join('')
  return new RegExp(`^${pattern}$`).test(answer.trim())
}

const slots: Record<string, string> = {
  '{first}': String.raw`\S[^]*? \[1\]`,
  '{topic}': String.raw`[^\n]{2,90}`,
}
