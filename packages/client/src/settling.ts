import { commandNames } from './remote/messages.ts'
import type { ClientCommands } from './view.ts'
import type { Waits } from './waits.ts'

/** The same commands, each of which settles at the latest when the client ends. */
export const settling = (commands: ClientCommands, waits: Waits): ClientCommands => {
  const bounded = commandNames.map((name) => {
    const run = commands[name] as (input: unknown) => Promise<unknown>
    return [name, (input: unknown) => waits.until(() => run(input))] as const
  })
  return Object.fromEntries(bounded) as unknown as ClientCommands
}
