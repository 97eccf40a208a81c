/** @file The committed scenarios: answers, and the recommendation that the sources support. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OptionId } from '../../src/advise/index.ts'

export type Scenario = {
  name: string
  title: string
  answers: Record<string, unknown>
  expected: { recommendation: OptionId; ruledOut: OptionId[] }
  because: string[]
}

export const scenarioFolder: string = fileURLToPath(
  new URL('../../examples/advise', import.meta.url),
)

export const scenarios: readonly Scenario[] = readdirSync(scenarioFolder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({
    ...(JSON.parse(readFileSync(path.join(scenarioFolder, file), 'utf8')) as Scenario),
    name: file.replace('.json', ''),
  }))

export function scenario(name: string): Scenario {
  return scenarios.find((one) => one.name === name)!
}
