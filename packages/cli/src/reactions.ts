import {
  afterSilence,
  type Client,
  type FailureCode,
  type MessageItem,
  type ReactionView,
  SottoError,
} from '@sotto/client'
import { printableLine } from './printable.ts'
import { timers } from './timers.ts'

/** `👍 2  ❤️ you, bob`: whose they are where it is few, how many where it is not. */
const namesMax = 3

const textOf = ({ emoji, count, own, names }: ReactionView): string => {
  const who = [...(own ? ['you'] : []), ...names.map(printableLine)]
  return count > namesMax || who.length < count ? `${emoji} ${count}` : `${emoji} ${who.join(', ')}`
}

export const reactionsText = (reactions: readonly ReactionView[]): string => reactions.map(textOf).join('   ')

const beginningCharacters = 40

/** What a line of a conversation says when the reactions to an earlier message change. */
export const changedText = ({ sender, text, reactions = [] }: MessageItem): string => {
  const line = printableLine(text)
  const beginning =
    line.length > beginningCharacters ? `${line.slice(0, beginningCharacters).toWellFormed()}…` : line
  const whose = sender.own ? 'your' : `${printableLine(sender.name)}’s`
  const now = reactions.length > 0 ? reactionsText(reactions) : 'no reactions left'
  return `— ${whose} “${beginning}”: ${now}`
}

const isReacted = (item: MessageItem, emoji: string): boolean =>
  (item.reactions ?? []).some((one) => one.emoji === emoji && one.own)

/** The message at a place of the log; without a place the newest. @throws SottoError `not_found` */
export const messageAt = async (
  client: Client,
  room: string,
  seq: number | undefined,
): Promise<MessageItem> => {
  for (let before: number | undefined; ;) {
    const { items, more } = await client.timeline({
      room,
      limit: 100,
      ...(seq === undefined ? (before === undefined ? {} : { before }) : { after: seq }),
    })
    const said = items.filter((item) => item.kind === 'message' && item.seq !== null)
    const found = seq === undefined ? said.at(-1) : said.find((item) => item.seq === seq)
    if (found?.kind === 'message') return found
    const [first] = items
    if (!more || seq !== undefined || !first?.seq)
      throw new SottoError('not_found', 'there is no such message')
    before = first.seq
  }
}

export interface Wish {
  readonly room: string
  readonly emoji: string
  readonly isOn: boolean
}

/**
 * Says it, and waits until everybody in the room can see it.
 *
 * @throws SottoError why the server has refused it; `timeout` after `patienceMs`; it is sent by the next run then
 */
export const reactAndWait = async (
  client: Client,
  message: MessageItem,
  { room, emoji, isOn }: Wish,
  patienceMs: number,
): Promise<void> => {
  if (isReacted(message, emoji) === isOn) return
  const { promise: done, resolve, reject } = Promise.withResolvers<void>()
  const refused = new Map<string, FailureCode>()
  let said: string | null = null
  const look = (): void => {
    const code = said === null ? undefined : refused.get(said)
    if (code !== undefined) reject(new SottoError(code))
  }
  const unsubscribe = client.subscribe((event) => {
    if (event.kind === 'discarded' && event.code !== null) {
      refused.set(event.id, event.code)
      look()
    }
    if (event.kind !== 'changed' || event.room !== room) return
    const item = event.items.find(({ id }) => id === message.id)
    if (item?.kind === 'message' && isReacted(item, emoji) === isOn) resolve()
  })
  const stopWaiting = afterSilence(timers, patienceMs, () => reject(new SottoError('timeout')))
  try {
    said = (await client.react({ room, id: message.id, emoji, isOn })).id
    look()
    await done
  } finally {
    stopWaiting()
    unsubscribe()
  }
}
