import type { Waits } from '../waits.ts'
import type { Asked, Command, Scopes } from './command.ts'
import { type ClientCommands, type CommandName, commands } from './table.ts'

/** Finds what a command needs. @throws SottoError for which it cannot be had */
export type FindScope = <N extends keyof Scopes>(needs: N) => Scopes[N]

const names = Object.keys(commands) as readonly CommandName[]

/**
 * The commands as a client offers them: each reads its input, is given what it needs, and settles at the latest when the
 * client ends.
 */
export const facadeOf = (find: FindScope, waits: Waits): ClientCommands => {
  const offered = names.map((name) => {
    const { needs, input, run } = commands[name] as unknown as Command<keyof Scopes, Asked<object>>
    const asked = async (given: unknown): Promise<unknown> => run(find(needs), input.read(given, 'input'))
    return [name, (given: unknown) => waits.until(() => asked(given))] as const
  })
  return Object.fromEntries(offered) as unknown as ClientCommands
}
