import { generateKeyPairSync } from 'node:crypto'
import { compactDecrypt, compactVerify, decodeProtectedHeader, importJWK, type JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client, Jwk, NewHook } from '@sotto/client'
import { meet, timeline, untilMessages } from './talk.ts'
import { startWorld, type World } from './world.ts'

interface Waiting {
  readonly cursor: number
  readonly jwe: string
}

describe('a script reads what people say', () => {
  let world: World
  let alice: Client
  let bob: Client
  let room: string
  let hook: NewHook
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })

  const at = (path: string): string => `${world.server().url}/h/${hook.hook}/out${path}`
  const headers = (token = hook.token) => ({ authorization: `Bearer ${token}` })
  const waiting = async (query = ''): Promise<readonly Waiting[]> => {
    const answer = await fetch(at(query), { headers: headers() })
    return ((await answer.json()) as { messages: readonly Waiting[] }).messages
  }
  const arrived = (upto: unknown, token = hook.token) =>
    fetch(at(''), {
      method: 'POST',
      body: JSON.stringify(upto),
      headers: { ...headers(token), 'content-type': 'application/json' },
    })
  const opened = async ({ jwe }: Waiting): Promise<Record<string, unknown>> => {
    const { plaintext, protectedHeader } = await compactDecrypt(jwe, privateKey)
    expect(protectedHeader).toMatchObject({
      alg: 'RSA-OAEP-256',
      enc: 'A256GCM',
      typ: 'hook+jwe',
      cty: 'hook+jws',
    })
    const statement = await (await fetch(`${world.server().url}/h/${hook.hook}/keys`)).text()
    const anchor = decodeProtectedHeader(statement).jwk as JWK
    const { payload, protectedHeader: signed } = await compactVerify(
      plaintext,
      await importJWK(anchor, 'ES256'),
    )
    expect(signed).toEqual({ alg: 'ES256', kid: hook.anchor, typ: 'hook+jws' })
    return JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>
  }

  beforeAll(async () => {
    world = await startWorld({ limits: { hookOutMessagesMax: 4 } })
    alice = await world.person('alice').join()
    bob = await world.person('bob').join()
    room = await meet(alice, bob, 'bob')
    const reader = publicKey.export({ format: 'jwk' }) as Jwk
    hook = await alice.createHook({ room, name: 'Assistant', reader })
  })
  afterAll(() => world.end())

  it('from when somebody began to forward, in order, sealed to its key and signed by the anchor', async () => {
    await bob.send({ room, text: 'before' })
    await untilMessages(alice, room, 1)
    expect(await alice.forwardHook({ room, hook: hook.hook })).toEqual({ count: 0 })
    for (const client of [alice, bob]) {
      expect(await client.hooks({ room })).toMatchObject([{ reads: true }])
      const told = (await timeline(client, room)).find(
        (item) => item.kind === 'event' && item.event.kind === 'hook_added',
      )
      expect(told).toMatchObject({ event: { name: 'Assistant', reads: true } })
    }
    await bob.send({ room, text: 'hé "quoted" 🙂' })
    await alice.send({ room, text: 'and mine' })
    await untilMessages(alice, room, 3)
    expect(await alice.forwardHook({ room, hook: hook.hook })).toEqual({ count: 2 })
    const all = await waiting()
    const claims = await Promise.all(all.map(opened))
    expect(claims).toMatchObject([
      {
        iss: room,
        aud: hook.hook,
        body: { sender: 'bob', text: 'hé "quoted" 🙂', timeMs: expect.any(Number) },
      },
      { iss: room, aud: hook.hook, body: { sender: 'alice', text: 'and mine' } },
    ])
  })

  it('HOOK-13: again until it says that it has it, and once', async () => {
    const first = await waiting()
    expect(await waiting()).toEqual(first)
    expect(await waiting(`?after=${first[0]?.cursor}`)).toEqual(first.slice(1))
    expect((await arrived({ upto: first[0]?.cursor })).status).toBe(200)
    expect(await waiting()).toEqual(first.slice(1))
    expect(await alice.forwardHook({ room, hook: hook.hook })).toEqual({ count: 0 })
    await arrived({ upto: first.at(-1)?.cursor })
    expect(await waiting()).toEqual([])
  })

  it('waits for what comes, and hears of it at once', async () => {
    const coming = waiting('?wait=20')
    await bob.send({ room, text: 'awaited' })
    await untilMessages(alice, room, 4)
    await alice.forwardHook({ room, hook: hook.hook })
    const [message] = await coming
    expect(await opened(message as Waiting)).toMatchObject({ body: { text: 'awaited' } })
    await arrived({ upto: message?.cursor })
  })

  it('HOOK-13: what does not fit waits with whoever forwards', async () => {
    for (let i = 0; i < 6; i++) await bob.send({ room, text: `many ${i}` })
    await untilMessages(alice, room, 10)
    await expect(alice.forwardHook({ room, hook: hook.hook })).rejects.toMatchObject({ code: 'quota' })
    const some = await waiting()
    expect(some).toHaveLength(4)
    await arrived({ upto: some.at(-1)?.cursor })
    expect(await alice.forwardHook({ room, hook: hook.hook })).toEqual({ count: 2 })
    const texts = await Promise.all([...some, ...(await waiting())].map(opened))
    expect(texts.map(({ body }) => (body as { text: string }).text)).toEqual(
      Array.from({ length: 6 }, (_, i) => `many ${i}`),
    )
  })

  it('with its token, by those who may, and until it is revoked', async () => {
    for (const token of ['A'.repeat(43), '']) {
      expect((await fetch(at(''), { headers: headers(token) })).status).toBe(401)
      expect((await arrived({ upto: 1 }, token)).status).toBe(401)
    }
    for (const wrong of [{}, { upto: -1 }, { upto: '1' }, { upto: 1, more: 1 }, []])
      expect((await arrived(wrong)).status).toBe(400)
    expect((await fetch(at('?before=1'), { headers: headers() })).status).toBe(400)
    await expect(bob.forwardHook({ room, hook: hook.hook })).rejects.toMatchObject({ code: 'forbidden' })
    const other = await alice.createHook({ room, name: 'Writer' })
    await expect(alice.forwardHook({ room, hook: other.hook })).rejects.toMatchObject({ code: 'bad_request' })
    await alice.revokeHook({ room, hook: hook.hook })
    expect((await fetch(at(''), { headers: headers() })).status).toBe(401)
    await expect(alice.forwardHook({ room, hook: hook.hook })).rejects.toMatchObject({ code: 'not_found' })
  })
})
