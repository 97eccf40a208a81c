/** @file Names of roles: the five of OpenAI's format, and what other exports call them. */

const roles: readonly string[] = ['system', 'user', 'assistant', 'tool']

const aliases: Readonly<Record<string, string>> = {
  // OpenAI's newer name for system; open models know only the older one.
  developer: 'system',
  human: 'user',
  prompter: 'user',
  ai: 'assistant',
  bot: 'assistant',
  chatgpt: 'assistant',
  gpt: 'assistant',
  model: 'assistant',
  function: 'tool',
  function_response: 'tool',
  observation: 'tool',
}

/** The role that a name stands for, or undefined. */
export function canonicalRole(name: string): string | undefined {
  const plain = name.trim().toLowerCase()
  return roles.includes(plain) ? plain : Object.hasOwn(aliases, plain) ? aliases[plain] : undefined
}

/** Whether OpenAI's format has the name as it is written. */
export function isStandardRole(name: string): boolean {
  return roles.includes(name) || name === 'developer'
}
