/** @file Test rows that were trained: between two files, or between the splits that rows name. */
import type { Check, CheckContext, Report } from '../check-context.ts'
import type { Entry } from '../example.ts'
import { findTwins } from '../neighbours.ts'

export const checkLeakage: Check = (context: CheckContext) => {
  const { entries, test, similarity, report } = context
  const isTraining = ({ example }: Entry): boolean =>
    /^train(ing)?$/i.test(example.split ?? 'train')
  const training = entries.filter(isTraining)
  const heldOut = entries.filter((entry) => !isTraining(entry))
  reportTwins(training, heldOut, { similarity, report, where: '' })
  reportTwins(entries, test, { similarity, report, where: ' of the training file' })
}

function reportTwins(
  training: readonly Entry[],
  heldOut: readonly Entry[],
  { similarity, report, where }: { similarity: number; report: Report; where: string },
): void {
  for (const { entry, twin, similarity: found } of findTwins(training, heldOut, similarity)) {
    const isSame = found === 1
    const how = isSame ? 'the same' : `${Math.floor(found * 100)} % the same`
    report(isSame ? 'leaked' : 'nearly_leaked', entry, {
      otherLine: twin.line,
      message: `this held-out row asks ${how} as line ${twin.line}${where}`,
    })
  }
}
