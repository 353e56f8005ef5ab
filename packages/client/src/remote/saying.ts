import type { CommandName } from '../commands/table.ts'
import type { Client } from '../view.ts'

type Ask = <T>(command: CommandName, input: unknown) => Promise<T>

/** What is said is named here, in advance: a call that is repeated stores its message once. */
export const saying = (ask: Ask, newId: () => string): Pick<Client, 'send' | 'sendDraft'> => ({
  send: (input) => ask('send', { ...input, message: input.message ?? newId() }),
  sendDraft: (input) => ask('sendDraft', { ...input, message: input.message ?? newId() }),
})
