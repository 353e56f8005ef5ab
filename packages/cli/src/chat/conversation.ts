import type { Client, ClientState, ConnectionView, RoomView, TimelineItem } from '@sotto/client'
import { deliveriesOf, failures, readUpTo, SottoError } from '@sotto/client'
import { jsonLine } from '../json.ts'
import { itemText, messageRecord } from '../message.ts'
import { type Output, styled } from '../output.ts'
import { printableLine } from '../printable.ts'
import { changedText } from '../reactions.ts'
import { roomTitle } from '../roomName.ts'
import { progressText, roomStateRecord, roomStateText, troubleLines } from '../roomState.ts'
import type { Screen } from './screen.ts'

const earlierItems = 20
const itemsPerPage = 200

export interface Conversation {
  /** Says a text; what becomes of it is shown. */
  say(text: string): Promise<void>
  /** Rejects when something that is to be shown cannot be written. */
  readonly broken: Promise<never>
  /** Resolves when nothing is on its way any more. */
  drained(): Promise<void>
  end(): void
}

type Page = Awaited<ReturnType<Client['timeline']>>

/** What has no place in the log yet is shown when it has. */
const isPlaced = (item: TimelineItem): boolean => item.seq !== null

const connectionText = (connection: ConnectionView): string => {
  switch (connection.kind) {
    case 'online':
      return ''
    case 'connecting':
      return 'connecting'
    case 'offline':
      return 'offline'
    case 'refused':
      return 'not the server that this device knows'
  }
}

/**
 * Shows a room as it is and as it goes on, each item once: those of others in the order of the log, own ones as soon as
 * they are acknowledged.
 */
export const openConversation = async (
  client: Client,
  room: string,
  screen: Screen,
  output: Output,
): Promise<Conversation> => {
  let cursor = 0
  let reading: Promise<void> = Promise.resolve()
  const underWay = new Set<Promise<unknown>>()
  const deliveries = await deliveriesOf(client, room)

  const { promise: broken, reject: breakOff } = Promise.withResolvers<never>()
  broken.catch(() => {})
  const show = async (item: TimelineItem): Promise<void> => {
    const record = messageRecord(room, item)
    try {
      if (output.format === 'human') await screen.show(itemText(item))
      else if (record) await screen.show(jsonLine(record))
    } catch (error) {
      breakOff(error)
      throw error
    }
  }
  const shown = new Set<string>()
  const showPage = async ({ items, more }: Page): Promise<void> => {
    const fresh = items.filter((item) => isPlaced(item) && !shown.has(item.id))
    for (const { id } of fresh) shown.add(id)
    // What could not be written has not been read.
    await Promise.all(fresh.map(show))
    const readSeq = readUpTo(items, more ? 'inside' : 'end')
    if (readSeq <= cursor) return
    cursor = readSeq
    await client.markRead({ room, seq: cursor })
  }
  const readOn = async (): Promise<void> => {
    for (;;) {
      const page = await client.timeline({ room, after: cursor + 1, limit: itemsPerPage })
      await showPage(page)
      if (!page.more) return
    }
  }
  /** What is said of a message that stands above. */
  const showChanged = async (items: readonly TimelineItem[]): Promise<void> => {
    for (const item of items) {
      if (item.kind !== 'message' || !shown.has(item.id)) continue
      if (output.format === 'human') await screen.show(styled('dim', changedText(item)))
      else await screen.show(jsonLine({ room, seq: item.seq, reactions: item.reactions ?? [] }))
    }
  }

  const remark = (text: string): void => {
    if (output.format === 'human') void screen.show(styled('yellow', text))
  }

  const prompt = ({ rooms, connection }: ClientState): string => {
    const view = rooms.find(({ id }) => id === room)
    const mending = view ? progressText(view.state) : ''
    const remarks = [
      connectionText(connection),
      mending,
      underWay.size > 0 ? `${underWay.size} on the way` : '',
    ]
    const inside = remarks.filter((text) => text !== '').join(', ')
    return `${view ? roomTitle(view) : room.slice(0, 8)}${inside ? ` (${inside})` : ''}> `
  }
  let lastTold = { text: '', next: '' }
  /** Each change of the room's state is told once, with what is safe and what to do; and that it is over. */
  const tellState = (view: RoomView): void => {
    const text = roomStateText(view.state)
    const { state } = view
    // How far it is stands in the prompt; that another device is needed is new.
    const next = state.kind === 'frozen' ? (state.handedBack?.next ?? '') : ''
    if (text === lastTold.text && next === lastTold.next) return
    lastTold = { text, next }
    const lines = text === '' ? ['connected again'] : [text, ...troubleLines(view)]
    if (output.format === 'human') remark(`${roomTitle(view)}: ${lines.join('\n  ')}`)
    else output.notice({ room, ...roomStateRecord(view.state) }, '')
  }
  const follow = (state: ClientState): void => {
    const view = state.rooms.find(({ id }) => id === room)
    if (view && view.state.kind !== 'behind') tellState(view)
    screen.setPrompt(prompt(state))
  }
  const refresh = (): void => screen.setPrompt(prompt(client.state()))
  const fail = (error: unknown): void =>
    remark(error instanceof SottoError ? failures[error.code].text : String(error))
  const unsubscribe = client.subscribe((event) => {
    switch (event.kind) {
      case 'state':
        return follow(event.state)
      case 'timeline':
        if (event.room === room) reading = reading.then(readOn).catch(fail)
        return
      case 'changed':
        if (event.room === room) reading = reading.then(() => showChanged(event.items)).catch(fail)
        return
      case 'discarded':
    }
  })

  const { items } = await client.timeline({ room, limit: earlierItems })
  // What lies before the newest page stays where it is, also when nobody else has a word in it.
  const [oldest] = items.filter(isPlaced)
  cursor = (oldest?.seq ?? 1) - 1
  await showPage({ items, more: false })
  follow(client.state())

  return {
    broken,
    say: async (text) => {
      const { stored, delivered } = deliveries.send(text)
      const told = delivered.catch((error: unknown) => {
        // Stored, and sent by the next run.
        if (error instanceof SottoError && error.code === 'closed') return
        const why = error instanceof SottoError ? failures[error.code].text : String(error)
        remark(`Not sent: ${printableLine(text)}\n  ${why}.`)
      })
      underWay.add(told)
      refresh()
      void told.then(() => {
        underWay.delete(told)
        refresh()
      })
      await stored.catch(() => {})
    },
    drained: async () => {
      await Promise.all(underWay)
      await reading
    },
    end: () => {
      unsubscribe()
      deliveries.end(new SottoError('closed'))
    },
  }
}
