/** @file 150 English function words: frequent whatever a text is about (cf. Burrows, "Delta", 2002). */

export const functionWords: readonly string[] = [
  'the a an this that these those each every either neither both all any some no none few many much more most',
  'several such own same other another i me my mine you your yours yourself he him his she her it its',
  'we us our ours they them their who whom whose which what where when why how while',
  'and or but nor so yet for if unless because although though since until whether than as of in on at by to',
  'from with without within into onto over under above below between among through during before after about',
  'against along around behind beyond off out up down via is are was were be been being am do does did',
  'have has had can could will would shall should may might must not only just also too very quite rather even',
  'still already again once here there then now',
]
  .join(' ')
  .split(' ')
