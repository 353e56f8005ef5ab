import { beforeAll, describe, expect, it } from 'vitest'
import { commit, encrypt, hybridSuiteId, makeEngine } from '@sotto/mls'
import { encodeEnvelope, type Envelope, entryKinds, equalBytes } from '@sotto/protocol'
import { extensionsWithPolicy, policyOf, roles, withRole } from '@sotto/trust'
import { encodeText } from '../../src/content/text/text.ts'
import { encodePayload } from '../../src/content/payload.ts'
import { askedNobody } from '../../src/room/attempt.ts'
import { stageCommit } from '../../src/room/commit.ts'
import { judge } from '../../src/room/judge.ts'
import { openEntry } from '../../src/room/entry.ts'
import { receive } from '../../src/room/receive.ts'
import { nothingKnown } from '../../src/timeline/project.ts'
import type { Side } from './people.ts'
import { handIn, Ledger, provider, roomOf, type Somebody, somebody, startS } from './people.ts'

const { app, commit: commitKind } = entryKinds

/** An engine of somebody who does not care about rules. */
const lawless = makeEngine(provider, hybridSuiteId, { leaf: () => undefined, commit: () => undefined })

const envelope = ({ room, ledger }: Side, parts: Partial<Envelope> = {}): Uint8Array =>
  encodeEnvelope({
    version: 1,
    room: room.id,
    kind: app,
    messageId: provider.random(16),
    sendCounter: room.place.sendCounter + 1,
    anchorSeq: room.place.cursor,
    anchorHash: (ledger.hashes[room.place.cursor] as Uint8Array).subarray(0, 16),
    archiveHash: null,
    expiryClass: 0,
    extension: null,
    ...parts,
  })

describe('reading the log', () => {
  let alice: Somebody
  let bob: Somebody
  let carol: Somebody
  beforeAll(async () => {
    ;[alice, bob, carol] = [await somebody('alice'), await somebody('bob'), await somebody('carol')]
  })

  it('what one writes the others read, and the writer has it from the outbox', async () => {
    const { ledger, sides } = await roomOf(alice, bob, carol)
    const [a, b, c] = sides as [Side, Side, Side]
    ledger.append(app, a.epoch(), await a.write('hello'))
    ledger.append(app, a.epoch(), await a.write('again'))
    for (const side of sides) expect(await side.catchUp()).toBe('fits')
    expect(a.room.outbox).toEqual([])
    for (const side of [a, b, c])
      expect(side.texts().slice(-2)).toEqual([
        expect.stringContaining('hello'),
        expect.stringContaining('again'),
      ])
    expect(b.room.summary).toMatchObject({ unread: 2, memberCount: 3, name: 'General' })
    expect(a.room.summary.unread).toBe(0)
    expect(b.room.place).toMatchObject({ cursor: 4, confirmed: 4 })
  })

  it('a long page lets others have their turn now and then', async () => {
    const { ledger, sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    for (let i = 0; i < 100; i++) ledger.append(app, a.epoch(), await a.write(`message ${i}`))
    expect(await b.catchUp()).toBe('fits')
    expect(b.turns).toBe(6)
  })

  it('CL-3: a message is the same however the log is cut into pages', async () => {
    const { ledger, sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    for (const text of ['one', 'two', 'three']) ledger.append(app, a.epoch(), await a.write(text))
    const all = ledger.from(0)
    expect(await b.catchUp(all)).toBe('fits')
    expect(await b.catchUp(all)).toBe('fits')
    expect(b.texts().slice(-3)).toEqual(['one', 'two', 'three'].map((text) => expect.stringContaining(text)))
  })

  it('CL-1: what lost its race is encrypted again under the same id, and a second entry with the id is dropped', async () => {
    const { ledger, sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    const message = provider.random(16)
    const first = await a.write('once', message)
    const again = await encrypt(
      lawless,
      a.room.group as never,
      encodePayload(encodeText('once', provider.random(16), 0)),
      {
        authenticatedData: envelope(a, { messageId: message }),
      },
    )
    ledger.append(app, a.epoch(), first)
    ledger.append(app, a.epoch(), again.message)
    await b.catchUp()
    expect(b.texts().filter((text) => text.includes('once'))).toHaveLength(1)
    expect(b.room.place.cursor).toBe(3)
  })

  it('another member cannot make a message vanish by using its id first', async () => {
    const { ledger, sides } = await roomOf(alice, bob, carol)
    const [a, b, c] = sides as [Side, Side, Side]
    const message = provider.random(16)
    ledger.append(app, b.epoch(), await b.write('thief', message))
    ledger.append(app, a.epoch(), await a.write('owner', message))
    await c.catchUp()
    expect(c.texts().slice(-2)).toEqual([expect.stringContaining('thief'), expect.stringContaining('owner')])
  })

  it('CL-5: what does not open, or is no content, stands as unreadable, and the log goes on', async () => {
    const { ledger, sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    const whole = await a.write('whole')
    const broken = Uint8Array.from(whole, (byte, at) => (at === whole.length - 1 ? byte ^ 1 : byte))
    ledger.append(app, a.epoch(), broken)
    ledger.append(app, a.epoch(), provider.random(100))
    const sealed = async (data: Uint8Array, parts: Partial<Envelope> = {}) => {
      const sent = await encrypt(lawless, a.room.group as never, data, {
        authenticatedData: envelope(a, parts),
      })
      a.room = { ...a.room, group: sent.group }
      ledger.append(app, a.epoch(), sent.message)
    }
    await sealed(provider.random(256))
    await sealed(encodePayload(encodeText('another room', provider.random(16), 0)), {
      room: provider.random(16),
    })
    await sealed(encodePayload(encodeText('another kind', provider.random(16), 0)), { kind: commitKind })
    ledger.append(app, a.epoch(), whole)
    await b.catchUp()
    expect(b.texts().slice(-6)).toEqual([...Array(5).fill('(unreadable)'), expect.stringContaining('whole')])
    expect(b.room.phase.kind).toBe('active')
  })

  it('LOG-6: a member who has seen another log shows that somebody is lied to: the room freezes', async () => {
    const { ledger, sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    a.room = { ...a.room, place: { ...a.room.place, hash: provider.random(32) } }
    ledger.append(app, a.epoch(), await a.write('from elsewhere'))
    const { cursor } = b.room.place
    await b.catchUp()
    expect(b.room.phase).toMatchObject({ kind: 'frozen', code: 'fork' })
    expect(b.room.place.cursor).toBe(cursor)
  })

  it('LOG-6: an anchor in the future is no anchor', async () => {
    const { ledger, sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    const sent = await encrypt(
      lawless,
      a.room.group as never,
      encodePayload(encodeText('x', provider.random(16), 0)),
      {
        authenticatedData: envelope(a, { anchorSeq: 999 }),
      },
    )
    ledger.append(app, a.epoch(), sent.message)
    await b.catchUp()
    expect(b.room.phase).toMatchObject({ kind: 'frozen', code: 'fork' })
  })

  it.each([
    [
      'takes a right',
      (side: Side, own: Somebody) => {
        const group = side.room.group as NonNullable<Side['room']['group']>
        const policy = policyOf(group.public.context)
        if (policy.kind === 'refused') throw new Error(policy.rule)
        const raised = withRole(policy.value, own.state.account, roles.owner)
        return [
          {
            kind: 'group_context_extensions',
            extensions: extensionsWithPolicy(group.public.context, raised),
          } as const,
        ]
      },
    ],
    ['throws another one out', () => [{ kind: 'remove', removed: 0 } as const]],
  ])(
    'a commit by which a member %s is refused: not passed over, told to the others',
    async (_, proposals) => {
      const { ledger, sides } = await roomOf(alice, bob, carol)
      const [, b, c] = sides as [Side, Side, Side]
      const forged = await commit(lawless, b.room.group as never, {
        proposals: proposals(b, bob),
        authenticatedData: envelope(b, { kind: commitKind }),
      })
      ledger.append(commitKind, b.epoch(), forged.message)
      const before = c.room.place.cursor
      await c.catchUp().catch((error: { needs?: unknown }) => expect(error.needs).toBeDefined())
      // The first refusal may come of knowing too little; the second is believed.
      const asked = new Set(
        [alice, bob, carol].map(({ state }) => Buffer.from(state.account).toString('hex')),
      )
      await secondTime(c, asked)
      expect(c.room.phase).toMatchObject({ kind: 'frozen', code: 'policy', nack: { seq: before + 1 } })
      expect(c.room.phase.kind === 'frozen' && c.room.phase.rule).toMatch(/^C[356]/)
      expect(c.room.place.cursor).toBe(before)
      expect(c.epoch()).toBe(2)
    },
  )

  it('CL-2: an own commit is adopted when the log shows it, and given up when the log shows another one', async () => {
    const { sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    const stage = async (side: Side): Promise<void> => {
      const purpose = { kind: 'intent', intent: { kind: 'refresh', id: 'refresh' } } as const
      await side.take(stageCommit(side.tools, side.room, purpose, startS, askedNobody))
    }
    const before = a.epoch()
    await stage(a)
    await stage(b)
    expect([a.epoch(), b.epoch()]).toEqual([before, before])
    expect([a.room.pending, b.room.pending]).toEqual([expect.anything(), expect.anything()])
    handIn(b)
    for (const side of [a, b]) await side.catchUp()
    expect([a.epoch(), b.epoch()]).toEqual([before + 1, before + 1])
    expect([a.room.pending, b.room.pending]).toEqual([null, null])
    expect(a.room.group?.public.confirmationTag).toEqual(b.room.group?.public.confirmationTag)
  })

  it('a commit that cannot be read freezes the room as well', async () => {
    const { ledger, sides } = await roomOf(alice, bob)
    const [, b] = sides as [Side, Side]
    ledger.append(commitKind, b.epoch(), provider.random(200))
    await b.catchUp()
    expect(b.room.phase).toMatchObject({ kind: 'frozen', code: 'policy', rule: 'C0e' })
  })

  it('messages before a refused commit are kept', async () => {
    const { ledger, sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    ledger.append(app, a.epoch(), await a.write('before'))
    ledger.append(commitKind, b.epoch(), provider.random(200))
    await b.catchUp()
    expect(b.texts().at(-1)).toContain('before')
    expect(b.room.place.cursor).toBe(2)
  })

  it('who is taken out reads nothing more, and knows it', async () => {
    const { ledger, sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    const group = a.room.group as NonNullable<Side['room']['group']>
    const policy = policyOf(group.public.context)
    if (policy.kind === 'refused') throw new Error(policy.rule)
    const without = {
      ...policy.value,
      members: policy.value.members.filter(({ account }) => equalBytes(account, alice.state.account)),
    }
    const made = await commit(lawless, group, {
      proposals: [
        { kind: 'remove', removed: 1 },
        { kind: 'group_context_extensions', extensions: extensionsWithPolicy(group.public.context, without) },
      ],
      authenticatedData: envelope(a, { kind: commitKind }),
    })
    ledger.append(commitKind, a.epoch(), made.message)
    a.room = { ...a.room, group: made.staged }
    ledger.append(app, 2, await a.write('now we are alone'))
    await b.catchUp()
    expect(b.room).toMatchObject({ phase: { kind: 'removed' }, group: null, place: { cursor: 2 } })
    expect(b.texts().at(-1)).toBe('(removed)')
  })

  it('needs the chains of people it does not know, and decides nothing before', async () => {
    const { ledger, sides } = await roomOf(alice, bob)
    const [a, b] = sides as [Side, Side]
    const stranger: Side['tools'] = {
      ...b.tools,
      find: (account) => (equalBytes(account, bob.state.account) ? b.tools.find(account) : undefined),
    }
    const made = await commit(lawless, a.room.group as never, {
      forcePath: true,
      authenticatedData: envelope(a, { kind: commitKind }),
    })
    ledger.append(commitKind, a.epoch(), made.message)
    const other = Object.assign(Object.create(Object.getPrototypeOf(b)), b, { tools: stranger }) as Side
    await expect(other.catchUp()).rejects.toMatchObject({ needs: [{ account: alice.state.account }] })
    expect(await b.catchUp()).toBe('fits')
    expect(b.epoch()).toBe(2)
  })
})

/** Takes the log up with everybody asked for. */
const secondTime = async (side: Side, asked: ReadonlySet<string>): Promise<void> => {
  const { ledger, room } = side
  const ack = await ledger.ackOf(ledger.entries.length - 1)
  const judgement = await judge(ledger.witness, room.id, room.place, ledger.from(room.place.cursor + 1), ack)
  if (judgement.kind !== 'fits') throw new Error(judgement.kind)
  const entries = judgement.entries.map((judged) => openEntry(room.id, judged))
  const past = { anchor: (seq: number) => ledger.hashes[seq]?.subarray(0, 16), uses: () => [] }
  await side.take(
    receive(side.tools, room, {
      entries,
      ack,
      past,
      asked,
      lookUp: async () => nothingKnown,
      turn: async () => {},
    }),
  )
}

describe('judging what the server sends', () => {
  const cases: readonly [string, (ledger: Ledger) => Promise<void> | void, 'broken' | 'forked'][] = [
    [
      'a changed payload',
      (ledger) =>
        void (ledger.entries[2] = {
          ...(ledger.entries[2] as never as Ledger['entries'][0]),
          payload: new Uint8Array([9]),
        }),
      'broken',
    ],
    ['an entry left out in the middle', (ledger) => void ledger.entries.splice(3, 1), 'broken'],
    [
      'two entries exchanged',
      (ledger) => void ledger.entries.splice(3, 2, ledger.entries[4] as never, ledger.entries[3] as never),
      'broken',
    ],
    [
      'bytes that are no entry',
      (ledger) => void (ledger.entries[3] = { entry: new Uint8Array([1]), payload: null, aux: null }),
      'broken',
    ],
    [
      'an acknowledgement of another hash',
      (ledger) => void (ledger.hashes[4] = new Uint8Array(32)),
      'broken',
    ],
    [
      'a history that was written anew',
      (ledger) => {
        const fresh = ledger.entries.length
        ledger.entries.length = 1
        ledger.hashes.length = 1
        ledger.timeMs += 5000
        for (let i = 1; i < fresh; i++) ledger.append(app, 1, new Uint8Array([i, i]))
      },
      'forked',
    ],
    [
      'a log whose time falls',
      (ledger) => {
        ledger.timeMs -= 3_600_000
        ledger.append(app, 1, new Uint8Array([7]))
      },
      'broken',
    ],
  ]
  it.each(cases)('%s does not fit', async (_, lie, verdict) => {
    const alice = await somebody('alice')
    const { ledger, sides } = await roomOf(alice, await somebody('bob'))
    const [a, b] = sides as [Side, Side]
    for (const text of ['one', 'two', 'three']) ledger.append(app, a.epoch(), await a.write(text))
    const before = b.room
    await lie(ledger)
    expect(await b.catchUp()).toBe(verdict)
    expect(b.room).toBe(before)
  })

  it('what comes too early is a gap; another server key is no signature', async () => {
    const { ledger, sides } = await roomOf(await somebody('alice'), await somebody('bob'))
    const [a, b] = sides as [Side, Side]
    for (const text of ['one', 'two']) ledger.append(app, a.epoch(), await a.write(text))
    expect(await b.catchUp(ledger.from(3))).toBe('gap')
    const stranger = await Ledger.open(ledger.room)
    stranger.entries.push(...ledger.entries)
    stranger.hashes.push(...ledger.hashes)
    const ack = await stranger.ackOf(3)
    expect((await judge(ledger.witness, ledger.room, b.room.place, ledger.from(2), ack)).kind).toBe('broken')
  })
})
