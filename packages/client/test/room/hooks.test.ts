import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeLoggedPost, entryKinds, type HookFault, limits, toHex } from '@sotto/protocol'
import { joseLibrary as jose } from '@sotto/client/node'
import { roles } from '@sotto/trust'
import { decodeContent } from '../../src/content/content.ts'
import { encodeHookKeys } from '../../src/content/hookKeys/hookKeys.ts'
import { keyPairIn } from '../../src/hook/keyPair.ts'
import { encodeHookState, type Generation, type HookState, newestOf } from '../../src/hook/keys.ts'
import { type MadeHook, makeHook } from '../../src/hook/make.ts'
import { openPost, sealedHeader } from '../../src/hook/post.ts'
import { keyIdOf, publicHalf, type PublicKey } from '../../src/hook/publicKey.ts'
import { decodeShare, encodeShare, type Share } from '../../src/hook/share.ts'
import type { Jwk } from '../../src/ports/jose.ts'
import { askedNobody } from '../../src/room/attempt.ts'
import { stageCommit } from '../../src/room/commit.ts'
import { forgetOldKeys, hookDuties, renewed, stageRenewal, stageTelling } from '../../src/room/hookDuties.ts'
import { readRow, roomChanges } from '../../src/room/rows.ts'
import { compose, encryptQueued } from '../../src/room/send.ts'
import type { Intent } from '../../src/room/state.ts'
import type { RecordedItem } from '../../src/timeline/record.ts'
import type { Ledger, Side, Somebody } from './people.ts'
import { bundleOf, provider, roomOf, somebody, startS } from './people.ts'

const { app, commit, hook: hookKind } = entryKinds
const dayMs = 86_400_000
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

type Posted = Extract<RecordedItem, { kind: 'hook' }>

/** What came under hooks on this side. */
const posted = ({ steps }: Side): readonly Posted[] =>
  steps.flatMap(({ told }) =>
    told.flatMap((one) =>
      one.kind === 'records'
        ? one.records.flatMap(({ record }) =>
            record.items.filter((item): item is Posted => item.kind === 'hook'),
          )
        : [],
    ),
  )

let alice: Somebody
let bob: Somebody
let carol: Somebody
let script: { readonly publicKey: PublicKey; readonly privateKey: Jwk }
beforeAll(async () => {
  ;[alice, bob, carol] = [await somebody('alice'), await somebody('bob'), await somebody('carol')]
  const { publicKey, privateKey } = await jose.generate('ES256')
  script = { publicKey: publicHalf(publicKey) as PublicKey, privateKey }
})

/** A room of three in which Alice, its owner, has made a hook. */
class Scene {
  readonly ledger: Ledger
  readonly sides: readonly Side[]
  readonly made: MadeHook

  private constructor(ledger: Ledger, sides: readonly Side[], made: MadeHook) {
    this.ledger = ledger
    this.sides = sides
    this.made = made
  }

  static async open(): Promise<Scene> {
    const { ledger, sides } = await roomOf(alice, bob, carol)
    const made = await makeHook((sides[0] as Side).tools, {
      room: ledger.room,
      name: 'Deploys',
      script: script.publicKey,
      reader: null,
      tokenHash: provider.random(32),
      nowS: startS,
    })
    const scene = new Scene(ledger, sides, made)
    const intent: Intent = {
      kind: 'add_hook',
      id: 'add',
      hook: made.entry,
      state: encodeHookState(made.state),
    }
    await scene.commit(scene.side(0), intent)
    return scene
  }

  side(index: number): Side {
    return this.sides[index] as Side
  }

  get hook(): string {
    return toHex(this.made.entry.hook)
  }

  state(side: Side): HookState | undefined {
    return side.room.hooks[0]
  }

  async allCatchUp(): Promise<void> {
    for (const side of this.sides)
      if (side.room.group && side.room.place.cursor < this.ledger.entries.length - 1) {
        const judgement = await side.catchUp()
        if (judgement !== 'fits') throw new Error(judgement)
      }
  }

  async commit(side: Side, intent: Intent): Promise<void> {
    side.room = { ...side.room, intents: [intent] }
    const purpose = { kind: 'intent', intent } as const
    const timeS = Math.floor(this.ledger.timeMs / 1000)
    await side.take(stageCommit(side.tools, side.room, purpose, timeS, askedNobody))
    this.ledger.append(commit, side.epoch(), (side.room.pending as { message: Uint8Array }).message)
    await this.allCatchUp()
  }

  /** Encrypts what waits in the outbox, as the next entry of the log. */
  async say(side: Side): Promise<void> {
    await side.take(encryptQueued(side.tools, side.room, 10))
    for (const { stage } of side.room.outbox)
      if (stage.kind === 'encrypted') this.ledger.append(app, side.epoch(), stage.bytes)
    await this.allCatchUp()
  }

  async tell(side: Side): Promise<void> {
    await side.take(stageTelling(side.tools, side.room, this.hook, this.ledger.timeMs))
    await this.say(side)
  }

  async renew(side: Side): Promise<Generation> {
    const { timeMs } = this.ledger
    const next = (await renewed(side.tools, side.room, this.hook, timeMs)) as Generation
    await side.take(stageRenewal(side.room, this.hook, next, timeMs))
    return next
  }

  /** Says something in the words of a share, changed by whoever says it. */
  async lie(side: Side, change: (told: Share) => Share): Promise<void> {
    await side.take(stageTelling(side.tools, side.room, this.hook, this.ledger.timeMs))
    const item = side.room.outbox.at(-1)
    const said = decodeContent(item?.content ?? new Uint8Array())
    if (said.kind !== 'hook_keys') throw new Error('other words')
    const told = decodeShare(said.keys)
    const content = encodeHookKeys(encodeShare(change(told)), provider.random(16), 0)
    side.room = { ...side.room, outbox: [] }
    side.room = compose(side.room, { message: provider.random(16), content, composedMs: 0 })
    await this.say(side)
  }

  async seal(text: string, generation: Generation | undefined, changes: Record<string, unknown> = {}) {
    const nowS = Math.floor(this.ledger.timeMs / 1000)
    const claims = { iss: this.hook, aud: toHex(this.ledger.room), iat: nowS, exp: nowS + 600 }
    const all = { ...claims, jti: toHex(provider.random(8)), body: text, ...changes }
    const header = { alg: 'ES256', kid: keyIdOf(script.publicKey), typ: 'hook+jws' } as const
    const jws = await jose.sign(script.privateKey, header, bytes(JSON.stringify(all)))
    const key = keyPairIn((generation as Generation).ec)?.publicKey as PublicKey
    return jose.seal(key.jwk, sealedHeader(key, 'ECDH-ES+A256KW'), bytes(jws))
  }

  async append(jwe: string, hook = this.made.entry.hook): Promise<void> {
    this.ledger.append(hookKind, this.side(0).epoch(), encodeLoggedPost({ version: 1, hook, jwe }))
    await this.allCatchUp()
  }

  async post(text: string, generation?: Generation, changes: Record<string, unknown> = {}): Promise<void> {
    const newest = this.state(this.side(0)) && newestOf(this.state(this.side(0)) as HookState)
    await this.append(await this.seal(text, generation ?? newest, changes))
  }

  faults(side: Side): readonly (HookFault | null)[] {
    return posted(side).map(({ fault }) => fault)
  }
}

describe('the keys of a hook', () => {
  let scene: Scene
  let a: Side
  let b: Side
  let c: Side
  beforeEach(async () => {
    scene = await Scene.open()
    ;[a, b, c] = scene.sides as [Side, Side, Side]
  })

  it('HOOK-4: count from their place in the log on, for everybody alike', async () => {
    const early = await scene.seal('too early', scene.made.state.next ?? undefined)
    await scene.append(early)
    await scene.tell(a)
    await scene.post('in time')
    for (const side of [a, b, c])
      expect(posted(side)).toMatchObject([
        { text: null, fault: 'keyless' },
        { text: 'in time', fault: null, name: 'Deploys' },
      ])
    expect(b.texts()).toContain('(hook_added)')
    expect(scene.state(a)).toMatchObject({ next: null, isUnpublished: true, telling: null })
    expect(scene.state(b)).toMatchObject({ isUnpublished: false, anchor: null })
  })

  it('HOOK-5: of somebody who was removed do not open what comes later, nor does he get those that do', async () => {
    await scene.tell(a)
    await scene.post('for all three')
    const bobs = (scene.state(b)?.generations ?? []).map((one) => ({
      ...one,
      ec: one.ec.slice(),
      rsa: one.rsa.slice(),
    }))
    await scene.commit(a, { kind: 'remove', id: 'remove', account: bob.state.account })
    expect(b.room).toMatchObject({ phase: { kind: 'removed' }, hooks: [] })
    expect(scene.state(a)?.isStale).toBe(true)
    expect(hookDuties(a.room, scene.ledger.timeMs, a.tools.account)).toMatchObject([{ kind: 'renew_hook' }])
    expect(hookDuties(c.room, scene.ledger.timeMs, c.tools.account)).toEqual([])

    const next = await scene.renew(a)
    expect(next.generation).toBe(2)
    await scene.tell(a)
    const jwe = await scene.seal('not for Bob', next)
    await scene.append(jwe)
    expect(posted(a).at(-1)).toMatchObject({ text: 'not for Bob' })
    expect(posted(c).at(-1)).toMatchObject({ text: 'not for Bob' })

    const { entry } = scene.made
    const { timeMs } = scene.ledger
    const context = { hook: entry.hook, room: scene.ledger.room, signer: script.publicKey, timeMs }
    for (const one of bobs)
      for (const [key, alg] of [
        [one.ec, 'ECDH-ES+A256KW'],
        [one.rsa, 'RSA-OAEP-256'],
      ] as const) {
        const { privateKey } = keyPairIn(key) as { privateKey: Jwk }
        expect((await openPost(b.tools, context, jwe, { alg, privateKey })).kind).toBe('refused')
      }
  })

  it('HOOK-7: that are old open what was on its way, are refused after that, and go', async () => {
    await scene.tell(a)
    const first = newestOf(scene.state(a) as HookState) as Generation
    const key = (newestOf(scene.state(c) as HookState) as Generation).ec
    scene.ledger.timeMs += 12 * dayMs + 1000
    expect(hookDuties(a.room, scene.ledger.timeMs, a.tools.account)).toMatchObject([{ kind: 'renew_hook' }])
    await scene.renew(a)
    await scene.tell(a)
    const { untilMs } = (scene.state(b) as HookState).generations[0] as Generation
    const toldMs = scene.ledger.timeMs
    expect(untilMs).toBe(toldMs + limits.hookKeysGraceMs)
    /** Posts so that the entry stands in the log at this time. */
    const postAt = async (timeMs: number, text: string) => {
      scene.ledger.timeMs = timeMs - 1000
      await scene.post(text, first)
    }
    await postAt(toldMs + limits.hookKeysGraceMs, 'on its way')
    await postAt(toldMs + limits.hookKeysGraceMs + 1, 'too late')
    await scene.post('in time')
    for (const side of [a, b, c]) expect(scene.faults(side)).toEqual([null, 'unknown_key', null])
    const over = hookDuties(c.room, scene.ledger.timeMs, c.tools.account)
    expect(over).toEqual([{ kind: 'forget_hook_keys' }])
    const { consumed } = await c.take(forgetOldKeys(c.room, scene.ledger.timeMs))
    expect(consumed).toContain(key)
    expect(scene.state(c)?.generations.map(({ generation }) => generation)).toEqual([2])
  })

  it('HOOK-7: end when nobody renews them', async () => {
    await scene.tell(a)
    scene.ledger.timeMs += 14 * dayMs
    await scene.post('after two weeks')
    expect(scene.faults(c)).toEqual(['unknown_key'])
  })

  it('HOOK-4: made by two at once are the first one’s', async () => {
    await scene.tell(a)
    await scene.commit(a, { kind: 'role', id: 'role', account: carol.state.account, role: roles.admin })
    // The anchor comes with the next telling.
    await scene.tell(a)
    expect(scene.state(c)?.anchor).not.toBeNull()
    expect(scene.state(b)?.anchor).toBeNull()
    scene.ledger.timeMs += 12 * dayMs + 1000
    const [byAlice, byCarol] = [await scene.renew(a), await scene.renew(c)]
    await c.take(stageTelling(c.tools, c.room, scene.hook, scene.ledger.timeMs))
    await scene.tell(a)
    await scene.say(c)
    for (const side of [a, b, c]) {
      expect(newestOf(scene.state(side) as HookState)?.statement).toBe(byAlice.statement)
      expect(scene.state(side)?.next).toBeNull()
    }
    await scene.post('sealed to nobody’s', byCarol)
    expect(scene.faults(b)).toEqual(['unknown_key'])
  })

  it('HOOK-4: are nobody’s where the policy or the anchor does not vouch for them, or they open nothing', async () => {
    const other = await Scene.open()
    const wrong = other.made.state.next as Generation
    const lies: readonly ((told: Share) => Share)[] = [
      (told) => ({ ...told, card: { ...told.card, name: 'Payroll' } }),
      (told) => ({ ...told, hook: provider.random(16) }),
      (told) => ({ ...told, statement: wrong.statement }),
      (told) => ({ ...told, statement: `${told.statement.slice(0, -4)}AAAA` }),
      (told) => ({ ...told, ec: wrong.ec }),
      (told) => ({ ...told, rsa: bytes('{}') }),
    ]
    for (const lie of lies) await scene.lie(a, lie)
    expect(scene.state(b)).toBeUndefined()
    await scene.tell(a)
    expect(scene.state(b)?.generations).toHaveLength(1)
    expect(b.room.phase).toEqual({ kind: 'active' })
  })

  it('HOOK-5: that were under way to somebody who has gone meanwhile are given up, and others made', async () => {
    // The first ones, and later ones: what was encrypted for Bob, too, a server may have kept.
    for (const generation of [1, 2]) {
      const side = await Scene.open()
      const host = side.side(0)
      if (generation === 2) {
        await side.tell(host)
        side.ledger.timeMs += 12 * dayMs + 1000
        await side.renew(host)
      }
      await host.take(stageTelling(host.tools, host.room, side.hook, side.ledger.timeMs))
      await host.take(encryptQueued(host.tools, host.room, 10))
      const given = side.state(host)?.next
      expect(given).toMatchObject({ generation })
      const intent: Intent = { kind: 'remove', id: 'remove', account: bob.state.account }
      const member = side.side(2)
      await side.commit(host, intent)
      expect(side.state(host)).toMatchObject({ next: null, telling: null })
      expect(host.room.outbox).toEqual([])
      expect(host.steps.at(-1)?.consumed).toContain(given?.ec)
      await side.renew(host)
      await side.tell(host)
      const newest = newestOf(side.state(member) as HookState)
      expect(newest).toMatchObject({ generation })
      expect(newest?.statement).not.toBe(given?.statement)
    }
  })

  it('are told once more to who comes in, by anybody who has them', async () => {
    await scene.tell(a)
    const dave = await somebody('dave')
    for (const side of scene.sides) {
      const { find } = side.tools
      Object.assign(side.tools, {
        find: (account: Uint8Array) =>
          toHex(account) === toHex(dave.state.account) ? { state: dave.state, alarm: false } : find(account),
      })
    }
    const keyPackages = [(await bundleOf(dave)).bytes]
    await scene.commit(b, { kind: 'invite', id: 'invite', account: dave.state.account, keyPackages })
    const duty = { kind: 'tell_hook', hook: scene.hook, isAsked: false }
    for (const side of [a, b, c])
      expect(hookDuties(side.room, scene.ledger.timeMs, side.tools.account)).toContainEqual(duty)
    await scene.tell(c)
    for (const side of [a, b, c])
      expect(hookDuties(side.room, scene.ledger.timeMs, side.tools.account)).not.toContainEqual(duty)
  })

  it('are stored with the room, and read back as they were', async () => {
    await scene.tell(a)
    await scene.post('x')
    const stored = roomChanges(null, b.room).flatMap((change) =>
      change.kind === 'put' && change.key.endsWith('/hooks') ? [readRow.hooks(change.value)] : [],
    )
    expect(stored).toEqual([b.room.hooks])
  })
})

describe('what a server puts into the log', () => {
  it('HOOK-10: is recorded with what is wrong with it, and never stops the room', async () => {
    const scene = await Scene.open()
    const [a, b] = scene.sides as [Side, Side]
    await scene.tell(a)
    const fine = await scene.seal('fine', newestOf(scene.state(a) as HookState))
    const [header = '', ...rest] = fine.split('.')
    const said = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>
    const withHeader = (changes: object): string =>
      [Buffer.from(JSON.stringify({ ...said, ...changes })).toString('base64url'), ...rest].join('.')
    const cases: readonly (readonly [HookFault, string])[] = [
      ['form', 'x'],
      ['base64', `${fine}=`],
      ['base64', fine.replace('.', '\n.')],
      ['json', ['AAAA', ...rest].join('.')],
      ['algorithm', withHeader({ alg: 'RSA1_5' })],
      ['algorithm', withHeader({ alg: 'none' })],
      ['algorithm', withHeader({ enc: 'A128CBC-HS256' })],
      ['header', withHeader({ zip: 'DEF' })],
      ['header', withHeader({ crit: ['b64'] })],
      ['header', withHeader({ jku: 'https://evil.example' })],
      ['header', withHeader({ typ: 'JWE' })],
      ['header', withHeader({ alg: 'RSA-OAEP-256' })],
      ['unknown_key', withHeader({ kid: 'A'.repeat(43) })],
      [
        'sealed',
        withHeader({
          epk: { ...(said['epk'] as object), kty: 'EC' },
          typ: 'hook+jwe',
          kid: said['kid'],
        }).replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A')),
      ],
    ]
    for (const [, jwe] of cases) await scene.append(jwe)
    await scene.append(fine, provider.random(16))
    scene.ledger.append(hookKind, a.epoch(), new Uint8Array([1, 2, 3]))
    await scene.append(fine)
    const wanted = [...cases.map(([fault]) => fault), 'unknown_hook', 'entry', null]
    for (const side of [a, b]) {
      expect(scene.faults(side)).toEqual(wanted)
      expect(side.room.phase).toEqual({ kind: 'active' })
    }
  })
})
