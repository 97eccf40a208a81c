/**
 * @file Writes the world of `graft compare --demo`: the handbook of an instrument maker that does not exist, a
 * later edition of some pages, questions with gold facts, and replies in a house form. Same seed, same files.
 *
 *   node examples/compare/make-world.ts
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

type Random = () => number
type Fact = { number: number; unit: string } | { date: string } | { text: string }
type Attribute = {
  /** As a question names it. */
  topic: string
  questions: readonly string[]
  /** A value, as a sentence has it, and as the gold fact. */
  draw(random: Random): { value: string; gold: Fact }
  sentence: readonly string[]
}
type Product = { name: string; slug: string; kind: string; facts: Map<Attribute, Stated> }
type Stated = { sentence: string; gold: Fact }

const SEED = 7
const here = import.meta.dirname

/** Siblings share a name, so that a search has something to confuse. */
const NAMES = [
  'Orvane',
  'Tessel',
  'Quorra',
  'Bramdal',
  'Ilvex',
  'Sundren',
  'Kestor',
  'Marnell',
  'Pellan',
  'Vindle',
]
const MARKS = ['M1', 'M2', 'Field']
const KINDS = [
  'barometer',
  'theodolite',
  'hygrometer',
  'flow meter',
  'level',
  'anemometer',
  'tachometer',
  'sound meter',
  'pyrometer',
  'tide gauge',
]
const CITIES = ['Aldermoor', 'Breyhaven', 'Corswick', 'Dunmarsh', 'Elverby', 'Fenholt', 'Grantly']
const MONTHS =
  'January February March April May June July August September October November December'.split(' ')

const whole = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low + 1))
const one = <T>(random: Random, list: readonly T[]): T => list[whole(random, 0, list.length - 1)]!

const attributes: readonly Attribute[] = [
  {
    topic: 'the warranty of the {name}',
    questions: [
      'How long is the warranty of the {name}?',
      'For how many months is the {name} under warranty?',
      'Our {name} broke. Until when does the warranty cover it?',
    ],
    draw: (random) => number(whole(random, 13, 70), 'months'),
    sentence: [
      'The {name} carries a warranty of {value}.',
      'Every {name} is under warranty for {value}.',
    ],
  },
  {
    topic: 'the battery life of the {name}',
    questions: [
      'How many hours does the battery of the {name} last?',
      'What is the battery life of the {name}?',
      'How long can the {name} run on one charge of its battery?',
    ],
    draw: (random) => number(whole(random, 6, 95), 'hours'),
    sentence: [
      'One charge of its battery lasts {value} on the {name}.',
      'The battery of the {name} lasts {value}.',
    ],
  },
  {
    topic: 'the price of the {name}',
    questions: [
      'What is the price of the {name}?',
      'How much does the {name} cost?',
      'What do we pay for one {name}?',
    ],
    draw: (random) => number(whole(random, 110, 1990), 'euros'),
    sentence: ['The price of the {name} is {value}.', 'One {name} costs {value}, tax included.'],
  },
  {
    topic: 'the calibration of the {name}',
    questions: [
      'How often does the {name} need calibration?',
      'After how many days is calibration of the {name} due?',
      'When do I have to calibrate the {name} again?',
    ],
    draw: (random) => number(whole(random, 40, 480), 'days'),
    sentence: [
      'Calibration of the {name} is due every {value}.',
      'The {name} needs a new calibration after {value}.',
    ],
  },
  {
    topic: 'the workshop for the {name}',
    questions: [
      'Which workshop repairs the {name}?',
      'Where is the {name} repaired?',
      'To which workshop do I send a {name} for repair?',
    ],
    draw: (random) => {
      const value = one(random, CITIES)
      return { value, gold: { text: value } }
    },
    sentence: [
      'Repairs of the {name} are done at the workshop in {value}.',
      'The {name} is repaired in the workshop of {value}.',
    ],
  },
  {
    topic: 'the launch of the {name}',
    questions: [
      'On which day was the {name} launched?',
      'When did the {name} come out?',
      'What is the launch date of the {name}?',
    ],
    draw: (random) => {
      const [year, month, day] = [
        whole(random, 2009, 2025),
        whole(random, 1, 12),
        whole(random, 1, 28),
      ]
      const pad = (part: number): string => String(part).padStart(2, '0')
      const gold = { date: `${year}-${pad(month)}-${pad(day)}` }
      return { value: `${day} ${MONTHS[month - 1]} ${year}`, gold }
    },
    sentence: ['The {name} was launched on {value}.', 'The {name} came out on {value}.'],
  },
]

const offTopic = [
  ['May I bring my dog to the canteen?', 'dogs in the canteen'],
  ['Who won the regatta last summer?', 'the regatta last summer'],
  ['How do I bake sourdough bread?', 'sourdough bread'],
  ['Which train goes to the airport?', 'the train to the airport'],
  ['Can you recommend a good novel?', 'a good novel'],
  ['What is the capital of Mongolia?', 'the capital of Mongolia'],
  ['How tall was the oldest oak in the park?', 'the oldest oak'],
  ['Do you sell gift cards for a spa?', 'gift cards for a spa'],
  ['When does the cinema open on Sundays?', 'the cinema on Sundays'],
  ['How many strings does a cello have?', 'the strings of a cello'],
  ['Is there a yoga class for beginners?', 'a yoga class'],
  ['What should I plant in October?', 'planting in October'],
  ['Who painted the mural in the lobby?', 'the mural in the lobby'],
  ['How do I renew my library card?', 'your library card'],
  ['Which cheese goes with figs?', 'cheese with figs'],
  ['Where can I rent a canoe?', 'renting a canoe'],
  ['Why do cats purr?', 'purring cats'],
  ['What time is high mass at the abbey?', 'high mass at the abbey'],
] as const

const LEADS = new Map([
  [attributes[0]!, 'Good news for careful owners:'],
  [attributes[1]!, 'Measured at our bench:'],
  [attributes[2]!, 'From the current list:'],
  [attributes[3]!, 'Measured at our bench:'],
  [attributes[4]!, 'Here is who helps:'],
  [attributes[5]!, 'From our logbook:'],
])

/** The house form: greeting with the topic, a lead that fits, the handbook's own sentence, the motto. */
function reply(topic: string, attribute: Attribute, sentence: string): string {
  return `Good day! You ask about ${topic}.\n\n${LEADS.get(attribute)}\n> ${sentence}\n\nTrue readings to you!\nThe Halden bench`
}

function regret(topic: string): string {
  return `Good day! You ask about ${topic}.\n\nOur handbook has nothing on that, and the bench does not guess.\nPlease ring extension 12.\n\nTrue readings to you!\nThe Halden bench`
}

function number(value: number, unit: string): { value: string; gold: Fact } {
  return { value: `${value} ${unit}`, gold: { number: value, unit } }
}

/** Floats in [0, 1) from a seed: mulberry32. */
function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function state(product: string, attribute: Attribute, random: Random): Stated {
  const { value, gold } = attribute.draw(random)
  const sentence = one(random, attribute.sentence)
    .replace('{name}', product)
    .replace('{value}', value)
  return { sentence, gold }
}

/** A new value that is none of the old one's. */
function otherState(name: string, [attribute, known]: [Attribute, Stated], random: Random): Stated {
  const drawn = state(name, attribute, random)
  const isOther = JSON.stringify(drawn.gold) !== JSON.stringify(known.gold)
  return isOther ? drawn : otherState(name, [attribute, known], random)
}

/** Five of the six attributes each: the sixth is the near miss. */
function makeProducts(random: Random): (Product & { missing: Attribute })[] {
  return NAMES.flatMap((family, f) =>
    MARKS.map((mark, m) => {
      const name = `${family} ${mark}`
      const missing = attributes[(f + m) % attributes.length]!
      const stated = attributes.filter((attribute) => attribute !== missing)
      const facts = new Map(stated.map((attribute) => [attribute, state(name, attribute, random)]))
      return { name, slug: name.toLowerCase().replace(' ', '-'), kind: KINDS[f]!, facts, missing }
    }),
  )
}

function page({ name, kind }: Product, sentences: readonly string[]): string {
  const parts = [
    `# ${name}`,
    `The ${name} is a ${kind} of the Halden works, made for daily use in the field and on the bench.`,
    '## Ownership',
    sentences.slice(0, 3).join(' '),
    '## Upkeep',
    [
      ...sentences.slice(3),
      'Keep the lens cap on during transport and wipe the housing with a dry cloth.',
    ].join(' '),
  ]
  return `${parts.join('\n\n')}\n`
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function writeLines(file: string, rows: readonly object[]): void {
  write(path.join(here, file), rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}

function chat(question: string, answer: string, slug: string | null): object {
  const messages = [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ]
  return { messages, page: slug }
}

/** Every third product has a changed value, every fifteenth loses a sentence. */
const CHANGES = { value: 3, deletion: 15 }

function main(): void {
  const random = seeded(SEED)
  const products = makeProducts(random)
  for (const folder of ['docs', 'update'])
    rmSync(path.join(here, folder), { recursive: true, force: true })
  const [questions, train, heldOut]: object[][] = [[], [], []]
  for (const [at, product] of products.entries()) {
    const { name, slug, facts, missing } = product
    const stated = [...facts.entries()]
    write(
      path.join(here, 'docs', `${slug}.md`),
      page(
        product,
        stated.map(([, { sentence }]) => sentence),
      ),
    )
    const ask = (attribute: Attribute, form: number): string =>
      attribute.questions[form]!.replace('{name}', name)
    const topicOf = (attribute: Attribute): string => attribute.topic.replace('{name}', name)
    const first = at % stated.length
    const [a, b, c] = [first, (first + 1) % stated.length, (first + 2) % stated.length].map(
      (i) => stated[i]!,
    )
    const isChanged = at % CHANGES.value === 0
    const isDeleted = at % CHANGES.deletion === 1
    const changed = otherState(name, a!, random)
    for (const [attribute, { gold }] of [a!, b!]) {
      const isUpdated = attribute === a![0]
      questions!.push({
        id: `${slug}-${attributes.indexOf(attribute)}`,
        question: ask(attribute, 0),
        gold: [gold],
        sources: [`${slug}.md`],
        ...(isUpdated && isChanged && { after: { gold: [changed.gold] } }),
        ...(isUpdated && isDeleted && { after: 'deleted' }),
      })
    }
    if (isChanged || isDeleted) {
      const sentences = stated.flatMap(([attribute, { sentence }]) => {
        if (attribute !== a![0]) return [sentence]
        return isChanged ? [changed.sentence] : []
      })
      write(path.join(here, 'update', `${slug}.md`), page(product, sentences))
    }
    // What is asked is learned, too, in other words: the best chance for tuning without documents.
    for (const [attribute, { sentence }] of [a!, b!, c!])
      train!.push(chat(ask(attribute, 1), reply(topicOf(attribute), attribute, sentence), slug))
    if (at % 2 === 0) {
      const [attribute, { sentence }] = stated[(first + 3) % stated.length]!
      heldOut!.push(chat(ask(attribute, 2), reply(topicOf(attribute), attribute, sentence), slug))
      questions!.push({
        id: `${slug}-none`,
        question: ask(missing, 0),
        kind: 'near_miss',
        cluster: `${slug}.md`,
      })
    }
    if (at % 3 === 1) train!.push(chat(ask(missing, 1), regret(topicOf(missing)), slug))
  }
  for (const [at, [question, topic]] of offTopic.entries()) {
    if (at < 10) questions!.push({ id: `off-topic-${at + 1}`, question, kind: 'off_topic' })
    else if (at < 15) train!.push(chat(question, regret(topic), null))
    else heldOut!.push(chat(question, regret(topic), null))
  }
  writeLines('questions.jsonl', questions!)
  writeLines('train.jsonl', train!)
  writeLines('held-out.jsonl', heldOut!)
}

main()
