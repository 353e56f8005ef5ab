import { claimedTwice } from '@sotto/client'
import type { Registry } from './feature.ts'
import { namesOf } from './keys.ts'

const repeated = (what: string, names: readonly string[]): readonly string[] =>
  [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].map((name) => `two ${what} ${name}`)

/** Names, words, keys and addresses that two features claim. A test wants none. */
export const conflictsIn = (registry: Registry): readonly string[] => {
  const { commands, keyHints, slashCommands, screens, messageActions, underMessage } = registry
  return [
    ...repeated(
      'commands',
      [...commands, ...keyHints].map(({ id }) => id),
    ),
    ...repeated(
      'commands with the keys',
      commands.flatMap(({ keys = [] }) => keys.map((one) => namesOf(one).join(' '))),
    ),
    ...claimedTwice(slashCommands).map((word) => `two commands /${word}`),
    // The address of a room begins with this word.
    ...repeated('screens', ['room', ...screens.map(({ name }) => name)]),
    ...repeated(
      'message actions',
      messageActions.map(({ id }) => id),
    ),
    ...repeated(
      'message actions with the key',
      messageActions.flatMap(({ key }) => key ?? []),
    ),
    ...repeated(
      'parts under messages',
      underMessage.map(({ id }) => id),
    ),
  ]
}
