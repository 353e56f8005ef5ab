import type { Registry } from './feature.ts'

const repeated = (what: string, names: readonly string[]): readonly string[] =>
  [...new Set(names.filter((name, at) => names.indexOf(name) !== at))].map((name) => `two ${what} ${name}`)

/** Names and keys that two features claim. A test wants none. */
export const conflictsIn = ({ messageActions, underMessage }: Registry): readonly string[] => [
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
