/** @file The script of the page: it filters the questions, and nothing else; without it all of them are shown. */

/** Plain JavaScript, which stands in the page as it is; its hash is the only one that the page allows. */
export const script = `'use strict'
const form = document.getElementById('filters')
const found = document.getElementById('found')
const questions = [...document.querySelectorAll('.question')].map((element) => ({
  element,
  words: element.textContent.toLowerCase(),
  answers: [...element.querySelectorAll('.answer')],
}))

function filter() {
  const wanted = Object.fromEntries(new FormData(form))
  const words = wanted.words.toLowerCase().split(/\\s+/).filter(Boolean)
  const asksForAnswers = Boolean(wanted.arm || wanted.outcome || wanted.phase)
  let shown = 0
  for (const question of questions) {
    const matching = question.answers.filter((answer) => suits(answer.dataset, wanted))
    const isShown =
      (!wanted.kind || question.element.dataset.kind === wanted.kind) &&
      words.every((word) => question.words.includes(word)) &&
      (!asksForAnswers || matching.length > 0)
    question.element.hidden = !isShown
    for (const answer of question.answers)
      answer.classList.toggle('match', asksForAnswers && matching.includes(answer))
    if (isShown) shown++
  }
  found.textContent =
    shown === questions.length ? count(shown) : count(shown) + ' of ' + questions.length
}

function suits({ arm, phase, outcomes }, wanted) {
  return (
    (!wanted.arm || arm === wanted.arm) &&
    (!wanted.phase || phase === wanted.phase) &&
    (!wanted.outcome || outcomes.split(' ').includes(wanted.outcome))
  )
}

function count(number) {
  return number === 1 ? '1 question' : number + ' questions'
}

form.hidden = false
form.addEventListener('input', filter)
form.addEventListener('submit', (event) => event.preventDefault())
// The fields are empty only after the event.
form.addEventListener('reset', () => setTimeout(filter))
// A browser may have kept what was chosen before the page was loaded again.
filter()
`
