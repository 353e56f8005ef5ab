import { boolean, equalBytes, limits, SottoError, toHex } from '@sotto/protocol'
import { decodeContent } from '../content/content.ts'
import { emojiOf } from '../content/react/emoji.ts'
import { encodeReact } from '../content/react/react.ts'
import type { Store } from '../ports/store.ts'
import { messageNamed } from '../room/messageName.ts'
import type { RoomState } from '../room/state.ts'
import { roomToSpeakIn } from '../room/standing.ts'
import { marksOfReference, messageAt } from '../timeline/lookUp.ts'
import { messageItemId } from '../timeline/view.ts'
import type { Mark } from '../timeline/marks.ts'
import { ofAccount } from './command.ts'
import { fields, shaped, string } from './input.ts'

/**
 * Says something about a message with one emoji, or takes that back with `isOn: false`. Resolves when it is stored in
 * the outbox; that it stands is told with the message, by a `timeline` event. What stands as wanted is not said again.
 * `bad_request` for what is not one emoji, `not_found` for what is no message that everybody has, `rate` where the user
 * has said too much about it.
 */
export type ReactTo = (input: {
  readonly room: string
  /** Of the message. */
  readonly id: string
  readonly emoji: string
  readonly isOn?: boolean
  /** 32 hex digits, never used before: names it in advance. */
  readonly message?: string
}) => Promise<{
  /**
   * Of the message by which it is said, until the log shows it; null where it stands in the log. A `discarded` event
   * with this id says that the server has refused it.
   */
  readonly id: string | null
}>

/** What the user has said last about the message with this emoji and is on its way. */
const pending = (
  { outbox }: RoomState,
  reference: Uint8Array,
  emoji: string,
): { readonly message: Uint8Array; readonly isOn: boolean } | undefined => {
  for (const item of outbox.toReversed()) {
    const content = decodeContent(item.content)
    if (content.kind !== 'react' || content.emoji !== emoji) continue
    if (equalBytes(content.reference, reference)) return { message: item.message, isOn: content.isOn }
  }
  return undefined
}

const ownMarks = async (
  store: Store,
  room: string,
  reference: Uint8Array,
  account: Uint8Array,
): Promise<readonly Mark[]> =>
  (await marksOfReference(store, room, toHex(reference))).filter((mark) => equalBytes(mark.account, account))

export const react = ofAccount<ReactTo>({
  input: fields({ room: string, id: string, emoji: string }, { isOn: shaped(boolean), message: string }),
  run: async (
    { store, rooms, tools, provider, timeMs, newId },
    { room: id, id: item, emoji, isOn = true, message: named },
  ) => {
    const room = roomToSpeakIn(rooms, id)
    const form = emojiOf(emoji)
    if (form === undefined) throw new SottoError('bad_request', 'a reaction is one emoji')
    const reference = await messageAt(store, room.state().id, item)
    if (!reference) throw new SottoError('not_found')
    const marks = await ownMarks(store, id, reference, tools.account)
    const mark = marks.find(({ key }) => key === form)
    const stands = mark?.said.content.kind === 'react' && mark.said.content.isOn
    const underWay = pending(room.state(), reference, form)
    if ((underWay?.isOn ?? stands) === isOn)
      return { id: underWay ? messageItemId(tools.device, underWay.message) : null }
    if (!mark && marks.length >= limits.marksPerAccountMax) throw new SottoError('rate')
    const composedMs = timeMs()
    const content = encodeReact({ reference, emoji: form, isOn }, provider.random(16), composedMs)
    const message = named === undefined ? newId() : messageNamed(named)
    await room.post({ message, content, composedMs })
    return { id: messageItemId(tools.device, message) }
  },
})
