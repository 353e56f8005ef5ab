import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '@sotto/protocol'
import type { Client, HookFault, NewHook, TimelineItem } from '@sotto/client'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { type Script, scriptOf, type Twist } from './script.ts'
import { invitation, meet, online, room, timeline, untilMessages, untilTimeline } from './talk.ts'
import { startWorld, type World } from './world.ts'

type Posted = Extract<TimelineItem, { kind: 'hook' }>

const isPosted = (item: TimelineItem): item is Posted => item.kind === 'hook'

const posted = async (client: Client, id: string): Promise<readonly Posted[]> =>
  (await timeline(client, id)).filter(isPosted)

/** What came under hooks, once there are so many. */
const untilPosted = async (client: Client, id: string, count: number): Promise<readonly Posted[]> =>
  (await untilTimeline(client, id, (items) => items.filter(isPosted).length >= count)).filter(isPosted)

/** The hook takes posts again, and everybody has what was lost and what came after. */
const goesOn = async (script: Script, id: string, clients: readonly Client[]): Promise<void> => {
  const posting = (): Promise<number> =>
    script.post('after it').then(
      ({ status }) => status,
      () => 0,
    )
  await expect.poll(posting, { timeout: 30_000 }).toBe(201)
  for (const client of clients)
    expect((await untilPosted(client, id, 2)).map(({ text }) => text)).toEqual(['lost', 'after it'])
}

/** A key that nobody has registered. */
const otherKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return exportJWK(privateKey)
}

const encoded = (value: string | object): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const decoded = (part = ''): Record<string, unknown> =>
  JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>

const withHeader = (jws: string, header: string): string =>
  [encoded(header), ...jws.split('.').slice(1)].join('.')
const withAlg = (jws: string, alg: string): string =>
  withHeader(jws, JSON.stringify({ ...decoded(jws.split('.')[0]), alg }))
const withPayload = (jws: string, changes: object): string => {
  const [header = '', payload, signature = ''] = jws.split('.')
  return [header, encoded({ ...decoded(payload), ...changes }), signature].join('.')
}

/** The same signature in a spelling that a forgiving decoder reads: 64 bytes leave four bits that mean nothing. */
const respelt = (jws: string): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(jws.at(-1) as string)
  return jws.slice(0, -1) + alphabet.charAt(last + 1)
}

/** Claims of which one reader sees the first body and another the last. */
const twice = (nowS: number): string =>
  `{"iss":"a","aud":"b","iat":${nowS},"exp":${nowS + 60},"jti":"t","body":"one","body":"two"}`

describe('a script posts into a room', () => {
  let world: World
  let alice: Client
  let bob: Client
  let id: string
  let hook: NewHook
  let script: Script

  beforeAll(async () => {
    world = await startWorld({ limits: { hookPostsPerMinute: 100_000, hookPostBurst: 100_000 } })
    alice = await world.person('alice').join()
    bob = await world.person('bob').join()
    id = await meet(alice, bob, 'bob')
    hook = await alice.createHook({ room: id, name: 'Deploys' })
    script = scriptOf(world.server().url, hook)
  })
  afterAll(() => world.end())

  it('both see it as the hook, and nobody as a person', async () => {
    expect(await script.post('build *42* is green')).toMatchObject({ status: 201 })
    expect(await script.post('signed the same, sealed to RSA', { kind: 'RSA' })).toMatchObject({
      status: 201,
    })
    for (const client of [alice, bob]) {
      const items = await untilPosted(client, id, 2)
      expect(items).toMatchObject([
        { hook: hook.hook, name: 'Deploys', text: 'build *42* is green', fault: null },
        { hook: hook.hook, name: 'Deploys', text: 'signed the same, sealed to RSA', fault: null },
      ])
      const all = await timeline(client, id)
      expect(all.filter(({ kind }) => kind === 'message')).toEqual([])
      expect(all.find((item) => item.kind === 'event' && item.event.kind === 'hook_added')).toMatchObject({
        actor: { name: 'alice' },
        event: { name: 'Deploys', reads: false },
      })
    }
    expect(bob.state().rooms[0]).toMatchObject({ unread: 2, latest: { by: 'hook', sender: 'Deploys' } })
  })

  it('what is not right inside is recorded with its reason, and the room goes on', async () => {
    const nowS = Math.floor(Date.now() / 1000)
    const other = await otherKey()
    const once = { claims: { jti: 'once' } }
    const twists: readonly (readonly [fault: HookFault | null, twist: Twist])[] = [
      ['stale', { claims: { iat: nowS - 660, exp: nowS + 60 } }],
      ['stale', { claims: { iat: nowS + 660, exp: nowS + 900 } }],
      ['expired', { claims: { iat: nowS - 300, exp: nowS - 1 } }],
      ['audience', { claims: { aud: 'f'.repeat(32) } }],
      ['issuer', { claims: { iss: 'f'.repeat(32) } }],
      ['claims', { claims: { admin: true } }],
      ['claims', { claims: { body: { html: '<b>x</b>' } } }],
      ['claims', { payload: twice(nowS) }],
      ['signature', { signingKey: other }],
      ['sender', { signedHeader: { kid: 'A'.repeat(43) } }],
      ['inner_header', { signedHeader: { jku: 'https://evil.example/keys' } }],
      ['inner_header', { signedHeader: { jwk: { kty: 'EC' } } }],
      ['inner_header', { signedHeader: { typ: 'JWT' } }],
      ['inner_form', { jws: () => 'plain words' }],
      ['inner_base64', { jws: (jws) => `${jws}=` }],
      ['inner_base64', { jws: respelt }],
      ['inner_algorithm', { jws: (jws) => withAlg(jws, 'none') }],
      ['inner_algorithm', { jws: (jws) => withAlg(jws, 'HS256') }],
      ['inner_algorithm', { jws: (jws) => withAlg(jws, 'EdDSA') }],
      ['inner_json', { jws: (jws) => withHeader(jws, '{"alg":"ES256","alg":"ES256"}') }],
      ['signature', { jws: (jws) => withPayload(jws, { body: 'other words' }) }],
      [null, once],
      ['replayed', once],
    ]
    const before = (await posted(alice, id)).length
    for (const [, twist] of twists) expect(await script.post('words', twist)).toMatchObject({ status: 201 })
    for (const client of [alice, bob]) {
      const items = await untilPosted(client, id, before + twists.length)
      expect(items.slice(before).map(({ fault }) => fault)).toEqual(twists.map(([fault]) => fault))
      expect(items.slice(before).map(({ text }) => text)).toEqual(
        twists.map(([fault]) => (fault === null ? 'words' : null)),
      )
      expect(room(client, id)?.state).toEqual({ kind: 'active' })
    }
    await bob.send({ room: id, text: 'people talk on' })
    await untilMessages(alice, id, 1)
  })

  it('what is too long is refused where the server sees it, and what it takes is shown', async () => {
    const before = (await posted(alice, id)).length
    const max = limits.textBytesMax
    for (const body of ['x'.repeat(70_000), 'я'.repeat(40_000)])
      expect(await script.post(body)).toMatchObject({ status: 413, code: 'too_large' })
    for (const body of ['x'.repeat(max), 'x'.repeat(max + 1), ''])
      expect(await script.post(body)).toMatchObject({ status: 201 })
    const items = (await untilPosted(alice, id, before + 3)).slice(before)
    expect(items.map(({ text, fault }) => [text?.length, fault])).toEqual([
      [max, null],
      [max + 1, null],
      [undefined, 'empty'],
    ])
  })

  it('HOOK-11: what the server can see is refused at once, with its reason, and never stands in the log', async () => {
    const before = (await posted(alice, id)).length
    const [, , iv, text, tag] = (await script.post('x')).jwe.split('.')
    const parts = (header: object, key = 'A'.repeat(54)) =>
      [Buffer.from(JSON.stringify(header)).toString('base64url'), key, iv, text, tag].join('.')
    const [ec] = await script.keys()
    const fine = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM', kid: ec?.kid, typ: 'hook+jwe', cty: 'hook+jws' }
    const epk = { kty: 'EC', crv: 'P-256', x: ec?.x, y: ec?.y }
    const cases: readonly (readonly [rule: HookFault, jwe: string])[] = [
      ['form', 'a.b.c'],
      ['base64', `${parts({ ...fine, epk })}=`],
      ['base64', `${parts({ ...fine, epk })} `],
      ['algorithm', parts({ ...fine, alg: 'RSA1_5' })],
      ['algorithm', parts({ ...fine, alg: 'dir' })],
      ['algorithm', parts({ ...fine, alg: 'none' })],
      ['algorithm', parts({ ...fine, alg: 'PBES2-HS256+A128KW', p2s: 'AAAA', p2c: 1 })],
      ['algorithm', parts({ ...fine, enc: 'A256CBC-HS512', epk })],
      ['header', parts({ ...fine, epk, zip: 'DEF' })],
      ['header', parts({ ...fine, epk, crit: ['exp'], exp: 1 })],
      ['header', parts({ ...fine, epk, jku: 'https://evil.example' })],
      ['header', parts({ ...fine, epk, b64: false })],
      ['header', parts({ ...fine, epk, x5c: ['AA'] })],
      ['header', parts({ ...fine, epk: { ...epk, d: 'AA' } })],
      ['header', parts({ ...fine, epk, cty: 'text' })],
      ['length', parts({ ...fine, epk }, 'AAAA')],
    ]
    for (const [rule, jwe] of cases)
      expect(await script.postRaw(jwe)).toMatchObject({ status: 400, code: 'bad_request', rule })
    const doubled = Buffer.from('{"alg":"dir","alg":"ECDH-ES+A256KW"}').toString('base64url')
    expect(await script.postRaw(`${doubled}.AA.AA.AA.AA`)).toMatchObject({ rule: 'json' })
    expect(await script.postRaw('A'.repeat(256 * 1024 + 1))).toMatchObject({ status: 413, code: 'too_large' })
    const mine = parts({ ...fine, kid: 'A'.repeat(43), epk })
    expect(await script.postRaw(mine)).toMatchObject({ status: 409, code: 'stale_epoch' })
    expect(await script.postRaw(mine, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 })
    expect(await untilPosted(alice, id, before + 1)).toHaveLength(before + 1)
  })

  it('a wrong token and an unknown hook are the same; guessing ends, and the right one is not kept out', async () => {
    const bad = { authorization: `Bearer ${'A'.repeat(43)}` }
    const { jwe } = await script.post('a')
    const unknown = scriptOf(world.server().url, { ...hook, hook: 'f'.repeat(32) })
    expect(await script.postRaw(jwe, bad)).toMatchObject({ status: 401, code: 'unauthorized' })
    expect(await unknown.postRaw(jwe)).toMatchObject({ status: 401, code: 'unauthorized' })
    const codes: (string | undefined)[] = []
    for (let i = 0; i < 12; i++) codes.push((await script.postRaw(jwe, bad)).code)
    expect(codes.at(-1)).toBe('rate')
    expect(await script.postRaw(jwe)).toMatchObject({ status: 201 })
  })

  it('HOOK-11: the same bytes twice stand in the log once', async () => {
    const { jwe } = await script.post('only once')
    expect(await script.postRaw(jwe)).toMatchObject({ status: 201 })
    await script.post('behind it')
    const items = await untilTimeline(bob, id, (all) =>
      all.some((item) => isPosted(item) && item.text === 'behind it'),
    )
    expect(items.filter((item) => isPosted(item) && item.text === 'only once')).toHaveLength(1)
  })

  it('members without the right set up no hook, and the list is the same for all', async () => {
    await expect(bob.createHook({ room: id, name: 'Mine' })).rejects.toMatchObject({ code: 'policy' })
    await expect(bob.revokeHook({ room: id, hook: hook.hook })).rejects.toMatchObject({ code: 'policy' })
    for (const client of [alice, bob])
      expect(await client.hooks({ room: id })).toMatchObject([
        { hook: hook.hook, name: 'Deploys', anchor: hook.anchor, script: hook.script, generation: 1 },
      ])
  })
})

describe('people come and go', () => {
  let world: World
  let alice: Client
  let bob: Client
  let carol: Client
  let id: string
  let hook: NewHook
  let script: Script

  /** The generation of the hook's keys as this client has it. */
  const generation = async (client: Client): Promise<number | null> =>
    (await client.hooks({ room: id }))[0]?.generation ?? null
  const untilGeneration = (client: Client, wanted: number): Promise<void> =>
    new Promise((resolve) => {
      const look = async (): Promise<void> => {
        if ((await generation(client)) !== wanted) return
        stop()
        resolve()
      }
      const stop = client.subscribe(() => void look())
      void look()
    })
  /** Until what scripts are told is another thing. */
  const untilOtherKeys = async (before: readonly JWK[]): Promise<readonly JWK[]> => {
    await expect.poll(() => script.keys(), { timeout: 20_000 }).not.toEqual(before)
    return script.keys()
  }

  beforeAll(async () => {
    world = await startWorld()
    alice = await world.person('alice').join()
    bob = await world.person('bob').join()
    carol = await world.person('carol').join()
    id = await meet(alice, bob, 'bob')
    hook = await alice.createHook({ room: id, name: 'Alerts', algorithm: 'EdDSA' })
    script = scriptOf(world.server().url, hook)
  })
  afterAll(() => world.end())

  it('who comes in is told the keys, by whoever brought them in', async () => {
    await script.post('before Carol')
    await bob.invite({ room: id, name: 'carol' })
    await invitation(carol, id)
    await carol.accept({ room: id })
    await untilGeneration(carol, 1)
    expect(await carol.hooks({ room: id })).toEqual(await alice.hooks({ room: id }))
    await script.post('hello Carol')
    expect(await untilPosted(carol, id, 1)).toMatchObject([
      { name: 'Alerts', text: 'hello Carol', fault: null },
    ])
    const events = (await timeline(carol, id)).filter((item) => item.kind === 'event')
    expect(events.map(({ event }) => event.kind)).not.toContain('hook_added')
  })

  it('when somebody is removed, new keys come; who posts to the old ones is told so', async () => {
    const before = await script.keys()
    const [members, old] = [await alice.members({ room: id }), before[0] as JWK]
    const gone = members.find(({ name }) => name === 'bob')
    await alice.removeMember({ room: id, account: gone?.account ?? '' })
    const after = await untilOtherKeys(before)
    expect(after.map(({ kid }) => kid)).not.toEqual(before.map(({ kid }) => kid))
    expect(await script.post('late', { to: old })).toMatchObject({ status: 409, code: 'stale_epoch' })
    expect(await script.post('after Bob')).toMatchObject({ status: 201 })
    await Promise.all([untilGeneration(alice, 2), untilGeneration(carol, 2)])
    for (const client of [alice, carol])
      await untilTimeline(client, id, (items) =>
        items.some((item) => isPosted(item) && item.text === 'after Bob'),
      )
    expect((await posted(bob, id)).at(-1)?.text).toBe('hello Carol')
  })

  it('HOOK-6: another admin makes the new keys where the first is away', async () => {
    const members = await alice.members({ room: id })
    const carols = members.find(({ name }) => name === 'carol')?.account ?? ''
    await alice.setRole({ room: id, account: carols, role: 'admin' })
    // The anchor is told with the next keys: Dave goes, and Alice makes them.
    const dave = await world.person('dave').join()
    await alice.invite({ room: id, name: 'dave' })
    await invitation(dave, id)
    await dave.accept({ room: id })
    await untilGeneration(dave, 2)
    const before = await script.keys()
    await alice.removeMember({ room: id, account: await accountOf(alice, 'dave') })
    const second = await untilOtherKeys(before)
    await untilGeneration(carol, 3)

    const eve = await world.person('eve').join()
    await alice.invite({ room: id, name: 'eve' })
    await invitation(eve, id)
    await eve.accept({ room: id })
    await untilGeneration(eve, 3)
    await alice.close()
    await carol.removeMember({ room: id, account: await accountOf(carol, 'eve') })
    await untilOtherKeys(second)
    expect(await script.post('made by Carol')).toMatchObject({ status: 201 })
    const items = await untilTimeline(carol, id, (all) =>
      all.some((item) => isPosted(item) && item.text === 'made by Carol'),
    )
    expect(items.filter(isPosted).every(({ fault }) => fault === null)).toBe(true)
  })

  it('HOOK-1: a hook that is revoked is over at once, for the script and for all', async () => {
    const { jwe } = await script.post('the last words')
    await carol.revokeHook({ room: id, hook: hook.hook })
    expect(await carol.hooks({ room: id })).toEqual([])
    expect(await script.postRaw(jwe)).toMatchObject({ status: 401 })
    await expect(script.keys()).rejects.toThrow('404')
    const events = (await timeline(carol, id)).filter((item) => item.kind === 'event')
    expect(events.at(-1)).toMatchObject({ event: { kind: 'hook_removed', name: 'Alerts' } })
  })

  const accountOf = async (client: Client, name: string): Promise<string> =>
    (await client.members({ room: id })).find((member) => member.name === name)?.account ?? ''
})

describe('a hook outlives the programs', () => {
  it('a server that has lost posts gets them back from the members', async () => {
    const world = await startWorld()
    try {
      const alice = await world.person('alice').join()
      const bob = await world.person('bob').join()
      const id = await meet(alice, bob, 'bob')
      const hook = await alice.createHook({ room: id, name: 'Cron' })
      await expect.poll(async () => (await bob.hooks({ room: id }))[0]?.generation).toBe(1)
      const backup = await world.backup()
      await online(alice)
      await online(bob)
      const script = scriptOf(world.server().url, hook)
      await script.post('lost')
      await untilPosted(alice, id, 1)
      await untilPosted(bob, id, 1)
      await world.restore(backup)
      // People speak only when the log is whole again.
      await bob.send({ room: id, text: 'healed' })
      await untilMessages(alice, id, 1)
      expect(await script.post('after it')).toMatchObject({ status: 201 })
      for (const client of [alice, bob])
        expect((await untilPosted(client, id, 2)).map(({ text }) => text)).toEqual(['lost', 'after it'])
    } finally {
      await world.end()
    }
  })

  it('HOOK-12: a server that has lost the hook itself gets it back, token and all', async () => {
    const world = await startWorld()
    try {
      const alice = await world.person('alice').join()
      const bob = await world.person('bob').join()
      const id = await meet(alice, bob, 'bob')
      const backup = await world.backup()
      await online(alice)
      await online(bob)
      const hook = await alice.createHook({ room: id, name: 'Cron' })
      const script = scriptOf(world.server().url, hook)
      await script.post('lost')
      await untilPosted(bob, id, 1)
      await untilPosted(alice, id, 1)
      await world.restore(backup)
      await goesOn(script, id, [alice, bob])
    } finally {
      await world.end()
    }
  })

  it('HOOK-12: and also where others have given back its log before whoever has the anchor was there', async () => {
    const world = await startWorld()
    try {
      const person = world.person('alice')
      const alice = await person.join()
      const bob = await world.person('bob').join()
      const id = await meet(alice, bob, 'bob')
      const backup = await world.backup()
      await online(alice)
      await online(bob)
      const hook = await alice.createHook({ room: id, name: 'Cron' })
      const script = scriptOf(world.server().url, hook)
      await script.post('lost')
      await untilPosted(bob, id, 1)
      await untilPosted(alice, id, 1)
      await alice.close()
      const isFrozen = (): boolean => bob.state().rooms.some(({ state }) => state.kind === 'frozen')
      const healed = new Promise<void>((resolve) => {
        let wasFrozen = false
        bob.subscribe(() => {
          if (wasFrozen && !isFrozen()) resolve()
          wasFrozen ||= isFrozen()
        })
      })
      await world.restore(backup)
      await healed
      const back = await person.open()
      await goesOn(script, id, [back, bob])
    } finally {
      await world.end()
    }
  })

  it('after a restart of client and server keys, used ids and words are there', async () => {
    const world = await startWorld()
    try {
      const person = world.person('alice')
      const first = await person.join()
      const { room: id } = await first.createRoom({ name: 'Alone' })
      const hook = await first.createHook({ room: id, name: 'Cron', algorithm: 'PS256' })
      const script = scriptOf(world.server().url, hook)
      const once = { claims: { jti: 'once' } }
      await script.post('one', once)
      await untilPosted(first, id, 1)
      await first.close()
      await world.restart()
      await script.post('two', { kind: 'RSA' })
      await script.post('three', once)
      const again = await person.open()
      expect((await untilPosted(again, id, 3)).map(({ text, fault }) => text ?? fault)).toEqual([
        'one',
        'two',
        'replayed',
      ])
    } finally {
      await world.end()
    }
  })
})
