import type { ClientCommands, CommandName } from './table.ts'

/**
 * Commands that somebody else carries out, beside what is there: what is asked for by a name is passed on with that name.
 * Here nothing is known of any command, so that a view brings none of their code along, and has each that the type has.
 */
export const asking = <Own extends object>(
  own: Own,
  ask: (command: CommandName, input: unknown) => Promise<unknown>,
): Own & ClientCommands =>
  new Proxy(own, {
    get: (target, name) => {
      if (name in target || typeof name === 'symbol') return Reflect.get(target, name) as unknown
      // A promise that resolves with a client asks it for `then`.
      return name === 'then' ? undefined : (input: unknown) => ask(name as CommandName, input)
    },
  }) as Own & ClientCommands
