import { encodeText } from '../content/text/text.ts'
import { roomKeys } from '../room/keys.ts'
import { messageNamed } from '../room/messageName.ts'
import { outboxItem } from '../room/send.ts'
import { roomToSpeakIn } from '../room/standing.ts'
import { messageItemId } from '../timeline/view.ts'
import { ofAccount } from './command.ts'
import { fields, string } from './input.ts'

/**
 * Resolves when the message is stored in the outbox; its delivery is told by `timeline` events. `message` (32 hex
 * digits, never used before) names it in advance, so that a call repeated after a lost answer stores it once.
 */
export type Send = (input: {
  readonly room: string
  readonly text: string
  readonly message?: string
}) => Promise<{ readonly id: string }>

export const send = ofAccount<Send>({
  input: fields({ room: string, text: string }, { message: string }),
  run: async (scope, { room: id, text, message: named }) => {
    const room = roomToSpeakIn(scope.rooms, id)
    const message = named === undefined ? scope.newId() : messageNamed(named)
    const item = { id: messageItemId(scope.tools.device, message) }
    const isKnown =
      outboxItem(room.state(), message) !== undefined ||
      (named !== undefined && (await scope.store.get(roomKeys.knownMessage(id, named))) !== undefined)
    if (isKnown) return item
    const composedMs = scope.timeMs()
    const content = encodeText(text, scope.provider.random(16), composedMs)
    await room.post({ message, content, composedMs })
    return item
  },
})
