import { limits } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { encodeReact } from '../../src/content/react/react.ts'
import { encodeText } from '../../src/content/text/text.ts'
import { type Offer, withOffer } from '../../src/room/offers.ts'
import { readRow, roomChanges } from '../../src/room/rows.ts'
import { compose, discardItem, failItem, type NewMessage } from '../../src/room/send.ts'
import { emptyRoom, type OutboxItem, type RoomState } from '../../src/room/state.ts'
import { provider, startS } from './people.ts'

const room: RoomState = emptyRoom(provider.random(16), { kind: 'active' })
const draft = (): NewMessage => ({
  message: provider.random(16),
  content: new Uint8Array(3),
  composedMs: startS * 1000,
})

describe('what waits in a room to be sent', () => {
  it('is so many messages and no more: the next is refused, and none of them is lost', () => {
    const one = compose(room, draft()).outbox[0] as OutboxItem
    const outbox = Array.from({ length: limits.outboxItemsPerRoomMax - 1 }, (_, order) => ({ ...one, order }))
    const full = compose({ ...room, outbox }, draft())
    expect(full.outbox).toHaveLength(limits.outboxItemsPerRoomMax)
    expect(() => compose(full, draft())).toThrow(expect.objectContaining({ code: 'rate' }))
    // What was sent makes room.
    const after = compose({ ...full, outbox: full.outbox.slice(1) }, draft())
    expect(after.outbox.at(-1)?.order).toBe(limits.outboxItemsPerRoomMax)
  })
})

describe('what the server refuses', () => {
  const salt = provider.random(16)

  it('stays, to be decided about, where it is a message of its own', () => {
    const text = { ...draft(), content: encodeText('so', salt, 0) }
    const failed = failItem(compose(room, text), text.message, 'rate')
    expect(failed.room.outbox).toMatchObject([{ stage: { kind: 'failed', code: 'rate' } }])
    const given = discardItem(failed.room, text.message)
    expect(given.told).toEqual([{ kind: 'discarded', message: text.message, code: null }])
  })

  it('is gone, and it is told why, where it says something about another message', () => {
    const said = { reference: new Uint8Array(32), emoji: '👍', isOn: true }
    const reaction = { ...draft(), content: encodeReact(said, salt, 0) }
    const failed = failItem(compose(room, reaction), reaction.message, 'rate')
    expect(failed.room.outbox).toEqual([])
    expect(failed.told).toEqual([{ kind: 'discarded', message: reaction.message, code: 'rate' }])
  })
})

describe('what bots offer in a room', () => {
  const offerOf = (bot: number): Offer => {
    const account = new Uint8Array(32)
    account[0] = bot
    return { account, commands: [{ name: `command${bot}`, summary: '' }] }
  }

  it('is kept of so many bots, stored, and read back; of one more, the oldest goes', () => {
    const bots = Array.from({ length: limits.botsOfferingPerRoomMax }, (_, bot) => offerOf(bot))
    const full = bots.reduce(withOffer, [] as readonly Offer[])
    expect(full).toEqual(bots)
    const stored = roomChanges(room, { ...room, offers: full }).flatMap((change) =>
      change.kind === 'put' && change.key.endsWith('/offers') ? [readRow.offers(change.value)] : [],
    )
    expect(stored).toEqual([full])
    // One that offers anew takes nobody's place.
    expect(withOffer(full, offerOf(7))).toHaveLength(limits.botsOfferingPerRoomMax)
    const more = withOffer(full, offerOf(200))
    expect(more).toEqual([...bots.slice(1), offerOf(200)])
  })
})
