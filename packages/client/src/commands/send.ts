import { encodeText } from '../content/text/text.ts'
import { ofAccount } from './command.ts'
import { fields, string } from './input.ts'
import { say } from './say.ts'

/**
 * Resolves when the message is stored in the outbox; its delivery is told by `timeline` events. `message` (32 hex
 * digits, never used before) names it in advance, so that a call repeated after a lost answer stores it once. What is
 * being written in the room stays.
 */
export type Send = (input: {
  readonly room: string
  readonly text: string
  readonly message?: string
}) => Promise<{ readonly id: string }>

export const send = ofAccount<Send>({
  input: fields({ room: string, text: string }, { message: string }),
  run: async (scope, { room, text, message }) =>
    say(scope, {
      room,
      named: message,
      encode: (salt, writtenMs) => encodeText(text, salt, writtenMs),
      draft: null,
    }),
})
