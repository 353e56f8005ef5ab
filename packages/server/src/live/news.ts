import type { ServerFrame } from '@sotto/protocol'
import type { BusEvent } from '../bus/bus.ts'

/** What a client is told without having asked for it. */
export type News = Extract<
  BusEvent,
  { readonly kind: 'appended' | 'returned' | 'asked' | 'welcome' | 'chain_grew' }
>

type Appended = Extract<BusEvent, { readonly kind: 'appended' }>

export const headOf = ({ entries }: Appended): number => entries.at(-1)?.ack.seq ?? 0

const idOf = (id: Uint8Array): string => Buffer.from(id).toString('latin1')

/** Of events with the same key the last says everything that is not in the log. */
export const keyOf = (event: BusEvent): string => {
  switch (event.kind) {
    case 'appended':
    case 'returned':
      return `head ${idOf(event.room)}`
    case 'joined':
    case 'left':
      return `place ${idOf(event.room)}`
    case 'asked':
      return `asked ${idOf(event.room)}`
    case 'welcome':
      return `welcome ${idOf(event.room)}`
    case 'chain_grew':
      return `chain ${idOf(event.account)}`
    case 'handed_out':
    case 'session_ended':
      return event.kind
  }
}

/** News in short: of entries their place, for the log has them. */
export const shortFrame = (news: News): ServerFrame => {
  switch (news.kind) {
    case 'appended':
      return { kind: 'behind', room: news.room, head: headOf(news) }
    case 'returned':
    // A client that has it all and hears of the end of the log looks who asks (rule OPEN-5).
    case 'asked':
      return { kind: 'behind', room: news.room, head: news.head }
    case 'welcome':
      return { kind: 'welcome', room: news.room }
    case 'chain_grew':
      return { kind: 'chain', account: news.account, seq: news.seq }
  }
}
