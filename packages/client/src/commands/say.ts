import type { Encode } from '../content/contentType.ts'
import type { Draft } from '../draft/draft.ts'
import { roomKeys } from '../room/keys.ts'
import { messageNamed } from '../room/messageName.ts'
import { outboxItem } from '../room/send.ts'
import { roomToSpeakIn } from '../room/standing.ts'
import { messageItemId } from '../timeline/view.ts'
import type { AccountScope } from './command.ts'

interface Saying {
  readonly room: string
  /** 32 hex digits that name the message in advance; what is stored under this name already is not said again. */
  readonly named: string | undefined
  readonly encode: Encode
  /** What was being written and is said now; null for what was said beside it. */
  readonly draft: Draft | null
}

/** Stores a message in the outbox of a room. */
export const say = async (
  scope: AccountScope,
  { room: id, named, encode, draft }: Saying,
): Promise<{ readonly id: string }> => {
  const room = roomToSpeakIn(scope.rooms, id)
  const message = named === undefined ? scope.newId() : messageNamed(named)
  const item = { id: messageItemId(scope.tools.device, message) }
  const isKnown =
    outboxItem(room.state(), message) !== undefined ||
    (named !== undefined && (await scope.store.get(roomKeys.knownMessage(id, named))) !== undefined)
  if (isKnown) {
    // Whoever asks once more may have said the draft anew meanwhile: it is said, and is written no more.
    if (draft) await room.drafts.forget(draft)
    return item
  }
  const composedMs = scope.timeMs()
  const content = encode(scope.provider.random(16), composedMs)
  await (draft ? room.postDraft : room.post)({ message, content, composedMs })
  return item
}
