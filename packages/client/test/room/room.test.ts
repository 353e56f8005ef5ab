import { describe, expect, it } from 'vitest'
import { textDraft } from '../../src/draft/draft.ts'
import {
  type InputOf,
  type LoggedMessage,
  operations,
  type submitNack,
  SottoError,
  toHex,
} from '@sotto/protocol'
import { verifyLabelled } from '@sotto/trust'
import type { Call, Contacts } from '../../src/account/contacts.ts'
import { frozen } from '../../src/room/freeze.ts'
import { memoryDisk, openMemoryStore } from '../../src/memory/store.ts'
import { loadRooms } from '../../src/room/load.ts'
import { makeSendWindow } from '../../src/room/sendWindow.ts'
import type { RoomDeps } from '../../src/room/atWork.ts'
import { openRoom } from '../../src/room/room.ts'
import { stepped } from '../../src/room/step.ts'
import { type Ledger, provider, roomOf, type Side, somebody, type Somebody, startS } from './people.ts'

const settled = async (): Promise<void> => {
  for (let i = 0; i < 200; i++) await Promise.resolve()
}

/** A room at work on a line where `call` answers, with everybody known and a clock that stands still. */
const atWork = async (side: Side, ledger: Ledger, call: Call, isOnline = () => true) => {
  const disk = memoryDisk()
  const store = await openMemoryStore(disk)
  const contacts: Contacts = {
    find: side.tools.find,
    hasAlarms: () => false,
    load: async () => {},
    ensure: async () => {},
    named: () => Promise.reject(new SottoError('name_unknown')),
    mend: async () => false,
    handBack: async () => false,
    version: () => 0,
    change: () => [],
  }
  const halted: unknown[] = []
  const deps: RoomDeps = {
    store,
    contacts,
    scheduler: { nowMs: () => startS * 1000, steadyMs: () => 0, after: () => () => {}, turn: async () => {} },
    tools: side.tools,
    line: {
      isOnline,
      isSynced: isOnline,
      submit: () => Promise.reject(new SottoError('offline')),
      call,
      witness: () => ledger.witness,
    },
    sendWindow: makeSendWindow(),
    replenish: async () => {},
    rawBytesMax: () => 1024 * 1024,
    timeMs: () => startS * 1000,
    changed: () => {},
    invalidate: () => {},
    halt: (error) => void halted.push(error),
  }
  return { room: openRoom(deps, side.room, false), store, disk, halted }
}

const lost: Call = () => Promise.reject(new SottoError('offline'))

describe('a room at work', () => {
  const people = async (): Promise<{ ledger: Ledger; a: Side; b: Side; bob: Somebody }> => {
    const bob = await somebody('bob')
    const { ledger, sides } = await roomOf(await somebody('alice'), bob)
    return { ledger, a: sides[0] as Side, b: sides[1] as Side, bob }
  }

  it('tells the others, signed, why it refused a commit; once', async () => {
    const { ledger, b, bob } = await people()
    const nacks: InputOf<typeof submitNack>[] = []
    const call = (async (op: { name: string }, input: InputOf<typeof submitNack>) => {
      expect(op.name).toBe(operations.submitNack.name)
      nacks.push(input)
      return { ack: await ledger.ackOf(0) }
    }) as Call
    const nack = { seq: 7, rule: 'C3a', message: provider.random(16) }
    b.room = frozen(b.room, 'policy', 'C3a', nack)
    const { room, store } = await atWork(b, ledger, call)
    room.proceed()
    await expect.poll(() => room.state().phase).toMatchObject({ kind: 'frozen', nack: null })
    const [told, ...more] = nacks
    expect(more).toEqual([])
    expect(told).toMatchObject({ seq: 7, rule: 'C3a' })
    const claim = [ledger.room, 7, 'C3a', nack.message]
    const signed = await verifyLabelled(
      provider,
      bob.signer.publicKey,
      'nack',
      claim,
      told?.signature as Uint8Array,
    )
    expect(signed).toBe(true)
    expect((await loadRooms(store))[0]?.phase).toMatchObject({ nack: null })
  })

  it('CL-4 does not forget what it hears of while a page of the log is on its way', async () => {
    const { ledger, a, b } = await people()
    const first = b.room.place.cursor + 1
    for (const text of ['one', 'two']) ledger.append(3, a.epoch(), await a.write(text))
    const [one, two] = ledger.from(first) as [LoggedMessage, LoggedMessage]
    const asked: number[] = []
    const call = (async (op: { name: string }, { from }: { from: number }) => {
      if (op.name !== operations.readLog.name) throw new SottoError('offline')
      asked.push(from)
      const [seq, message] = from === first ? [first, one] : [first + 1, two]
      // The server has answered before the second was said, and the push is faster than the page.
      if (from === first) await room.push([two], await ledger.ackOf(first + 1))
      const ack = await ledger.ackOf(seq)
      return { messages: [message], ack, head: ack }
    }) as unknown as Call
    const { room, store } = await atWork(b, ledger, call)
    for (const { changes } of b.steps) await store.commit(changes)
    room.hint(first)
    await expect.poll(() => room.state().place.cursor).toBe(first + 1)
    expect(asked).toEqual([first, first + 1])
  })

  it('CL-9: stops where the server signs a lower head than before, whatever this device has read', async () => {
    const { ledger, a, b } = await people()
    const { cursor } = b.room.place
    for (const text of ['one', 'two']) ledger.append(3, a.epoch(), await a.write(text))
    const { room } = await atWork(b, ledger, lost)
    const then = room.state().place
    await room.headIs(await ledger.ackOf(cursor + 2), then)
    expect(room.state()).toMatchObject({
      phase: { kind: 'active' },
      place: { cursor, confirmed: cursor + 2 },
    })
    await room.headIs(await ledger.ackOf(cursor + 1), room.state().place)
    expect(room.state().phase).toMatchObject({ kind: 'frozen', code: 'server_rollback' })
  })

  it('is read back from the store as it was, with all that is under way', async () => {
    const { ledger, a } = await people()
    await a.write('under way')
    a.room = { ...a.room, draft: textDraft('a draft'), intents: [{ kind: 'refresh', id: 'r' }] }
    const { room, store } = await atWork(a, ledger, lost, () => false)
    await room.take((state) => stepped(state))
    const [stored] = await loadRooms(store)
    expect(stored).toMatchObject({
      phase: { kind: 'active' },
      place: a.room.place,
      summary: a.room.summary,
      draft: textDraft('a draft'),
      intents: a.room.intents,
      outbox: a.room.outbox,
    })
    expect(stored?.group?.public.context).toEqual(a.room.group?.public.context)
  })

  it('one send writes no more than a kilobyte beside the content', async () => {
    const { ledger, a } = await people()
    const { room, store, disk } = await atWork(a, ledger, lost)
    await room.take((state) => stepped(state))
    let written = 0
    const commit = store.commit.bind(store)
    store.commit = async (changes) => {
      for (const change of changes)
        if (change.kind === 'put') written += change.key.length + change.value.length
      return commit(changes)
    }
    await room.take((state) => stepped({ ...state }))
    const before = new Map(disk.rows)
    const content = new Uint8Array(100).fill(1)
    await room.post({ message: provider.random(16), content, composedMs: 1 })
    await settled()
    const { stage } = room.state().outbox[0] ?? {}
    const sealed = stage?.kind === 'encrypted' ? stage.bytes.length : 0
    expect(sealed).toBeGreaterThan(256)
    expect(disk.rows.size).toBeGreaterThan(before.size)
    expect(written - sealed - content.length).toBeLessThan(1024)
  })

  it('a full store changes nothing and can be tried again; any other failure stops the client', async () => {
    const { ledger, a } = await people()
    const { room, store, halted } = await atWork(a, ledger, lost, () => false)
    await room.take((state) => stepped(state))
    const commit = store.commit.bind(store)
    store.commit = () => Promise.reject(new SottoError('storage_full'))
    const draft = { message: provider.random(16), content: new Uint8Array([1]), composedMs: 1 }
    await expect(room.post(draft)).rejects.toMatchObject({ code: 'storage_full' })
    expect(room.state().outbox).toEqual([])
    expect(halted).toEqual([])
    store.commit = commit
    await room.post(draft)
    expect(room.state().outbox.map(({ message }) => toHex(message))).toEqual([toHex(draft.message)])
    store.commit = () => Promise.reject(new Error('the disk is gone'))
    await expect(room.post({ ...draft, message: provider.random(16) })).rejects.toThrow('the disk is gone')
    expect(halted).toHaveLength(1)
  })
})
