import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joseLibrary as jose } from '@sotto/client/node'
import { nodeProvider } from '@sotto/mls/provider/node'
import { decodeAs, encodeAs, hookFaults, limits, readSealedPost, toHex } from '@sotto/protocol'
import { card as cardShape, hookIdOf, isHookName, keyOfCard } from '../src/hook/card.ts'
import { keyBytes, keyPairIn } from '../src/hook/keyPair.ts'
import { makeGeneration } from '../src/hook/make.ts'
import { claimsOf, openPost, readSignedPost, sealedHeader } from '../src/hook/post.ts'
import {
  keyIdOf,
  publicHalf,
  publicKeyIn,
  type PublicKey,
  signatureAlgorithmOf,
} from '../src/hook/publicKey.ts'
import { generationIn } from '../src/hook/share.ts'
import { readStatement, signStatement, type Statement } from '../src/hook/statement.ts'
import type { SealingAlgorithm, SignatureAlgorithm } from '../src/ports/jose.ts'

const provider = nodeProvider()
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const half = (key: Record<string, string>): PublicKey => publicHalf(key) as PublicKey

describe('public keys', () => {
  it('are named as RFC 7638 names them', () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
    expect(keyIdOf(half({ kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' }))).toBe(
      'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    )
  })

  it('HOOK-2: are those that are accepted, and stand there alone where they must', async () => {
    for (const alg of ['ES256', 'PS256', 'EdDSA'] as const) {
      const { publicKey, privateKey } = await jose.generate(alg)
      const key = half(publicKey)
      expect(signatureAlgorithmOf(key)).toBe(alg)
      expect(publicKeyIn(publicKey)).toEqual(key)
      expect(publicKeyIn(privateKey)).toBeUndefined()
      expect(half(privateKey)).toEqual(key)
      expect(keyPairIn(keyBytes(privateKey))?.publicKey).toEqual(key)
      expect(keyOfCard(bytes(key.text))).toEqual(key)
      expect(keyOfCard(bytes(` ${key.text}`))).toBeUndefined()
    }
    const weak = { kty: 'RSA', e: 'AQAB', n: Buffer.alloc(128, 255).toString('base64url') }
    const strange = { kty: 'RSA', e: 'Aw', n: Buffer.alloc(256, 255).toString('base64url') }
    for (const key of [weak, strange, { kty: 'oct', k: 'AA' }, { kty: 'EC', crv: 'P-521', x: 'AA', y: 'AA' }])
      expect(publicHalf(key)).toBeUndefined()
  })
})

describe('the name of a hook', () => {
  it('is one line that shows what it is', () => {
    for (const name of ['Deploys', 'CI / nightly', 'Überwachung', '🚨']) expect(isHookName(name)).toBe(true)
    for (const name of ['', ' x', 'a\nb', 'a\u202eb', 'a\u200bb', '\ud800'])
      expect(isHookName(name)).toBe(false)
  })

  it('has so many characters and no more, however long each is', () => {
    for (const character of ['x', 'ü', '🚨']) {
      const name = character.repeat(limits.hookNameCharactersMax)
      expect(isHookName(name)).toBe(true)
      expect(isHookName(name + character)).toBe(false)
      const told = { name, salt: new Uint8Array(16), script: bytes('k'), reader: null }
      expect(decodeAs(cardShape, encodeAs(cardShape, told))).toEqual(told)
    }
  })

  it('HOOK-1: and its keys are bound by its id', () => {
    const [room, anchor] = [new Uint8Array(16), new Uint8Array(32)]
    const card = { name: 'a', salt: new Uint8Array(16), script: bytes('k'), reader: null }
    const ids = [
      hookIdOf(room, anchor, card),
      hookIdOf(room, anchor, { ...card, name: 'b' }),
      hookIdOf(room, anchor, { ...card, salt: new Uint8Array(16).fill(1) }),
      hookIdOf(room, anchor, { ...card, script: bytes('l') }),
      hookIdOf(room, anchor, { ...card, reader: bytes('k') }),
      hookIdOf(room, new Uint8Array(32).fill(1), card),
      hookIdOf(new Uint8Array(16).fill(1), anchor, card),
    ].map(toHex)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('a statement', () => {
  it('HOOK-3: is believed as the anchor has signed it, and in no other form', async () => {
    const { publicKey, privateKey } = await jose.generate('ES256')
    const anchor = { publicKey: half(publicKey), privateKey }
    const hook = new Uint8Array(16).fill(5)
    const made = await makeGeneration(jose, anchor, hook, 7, 1000)
    const { thumbprint } = anchor.publicKey
    const said = await readStatement(jose, thumbprint, made.statement)
    expect(said).toMatchObject({ hook, generation: 7, notBeforeS: 1000, expiresS: 1000 + 14 * 86_400 })
    expect([keyIdOf(said?.ec as PublicKey), keyIdOf(said?.rsa as PublicKey)]).toEqual([made.ecId, made.rsaId])
    expect(await readStatement(jose, new Uint8Array(32), made.statement)).toBeUndefined()

    const other = await jose.generate('ES256')
    const forged = await signStatement(
      jose,
      { publicKey: anchor.publicKey, privateKey: other.privateKey },
      said as never,
    )
    expect(await readStatement(jose, thumbprint, forged)).toBeUndefined()
    const { statement } = made
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: statement.length - 1 }),
        fc.constantFrom('A', '_', '.', '='),
        async (at, character) => {
          if (statement[at] === character) return
          const changed = statement.slice(0, at) + character + statement.slice(at + 1)
          expect(await readStatement(jose, thumbprint, changed)).toBeUndefined()
        },
      ),
    )
  })
})

describe('the time of a statement', () => {
  const daysS = limits.hookKeysDaysMax * 86_400
  const generated = async () => {
    const { publicKey, privateKey } = await jose.generate('ES256')
    const anchor = { publicKey: half(publicKey), privateKey }
    const { thumbprint } = anchor.publicKey
    const [hook, script] = [new Uint8Array(16).fill(5), new Uint8Array(32)]
    const made = await makeGeneration(jose, anchor, hook, 1, 1000)
    const said = (await readStatement(jose, thumbprint, made.statement)) as Statement
    return { anchor, known: { hook, anchor: thumbprint, script, flags: 0 }, made, said }
  }

  it('HOOK-3: is so many days and no more', async () => {
    const { anchor, said } = await generated()
    expect(said.expiresS - said.notBeforeS).toBe(daysS)
    const longer = await signStatement(jose, anchor, { ...said, expiresS: said.expiresS + 1 })
    expect(await readStatement(jose, anchor.publicKey.thumbprint, longer)).toBeUndefined()
  })

  it('ends so many days after it is told, within what clocks differ, and no later', async () => {
    const { known, made } = await generated()
    const isTaken = async (timeMs: number): Promise<boolean> => {
      const { statement, ec, rsa } = made
      const told = { name: 'a', salt: new Uint8Array(16), script: bytes('k'), reader: null }
      const share = { hook: known.hook, card: told, statement, ec, rsa, isNew: true, anchors: [] }
      return (await generationIn({ jose, provider, timeMs }, known, share)) !== undefined
    }
    const earliestMs = 1_000_000 - limits.hookTimeSkewMs
    expect(await isTaken(earliestMs)).toBe(true)
    expect(await isTaken(earliestMs - 1)).toBe(false)
  })
})

describe('a post', () => {
  const hook = new Uint8Array(16).fill(5)
  const room = new Uint8Array(16).fill(6)
  const timeMs = 1_800_000_000_000
  const claims = {
    iss: toHex(hook),
    aud: toHex(room),
    iat: timeMs / 1000,
    exp: timeMs / 1000 + 60,
    jti: 'x',
    body: 'hé🙂',
  }

  it.each(
    (['ES256', 'PS256', 'EdDSA'] as const).flatMap((alg) =>
      (['ECDH-ES+A256KW', 'RSA-OAEP-256'] as const).map((sealing) => [alg, sealing] as const),
    ),
  )(
    'signed with %s and sealed with %s opens, and not for another key',
    async (alg: SignatureAlgorithm, sealing: SealingAlgorithm) => {
      const [signer, sealer, other] = await Promise.all([
        jose.generate(alg),
        jose.generate(sealing),
        jose.generate(sealing),
      ])
      const header = { alg, kid: keyIdOf(half(signer.publicKey)), typ: 'hook+jws' }
      const jws = await jose.sign(signer.privateKey, header, bytes(JSON.stringify(claims)))
      const to = half(sealer.publicKey)
      const jwe = await jose.seal(to.jwk, sealedHeader(to, sealing), bytes(jws))
      const context = { hook, room, signer: half(signer.publicKey), timeMs }
      const tools = { jose, provider }
      const key = { alg: sealing, privateKey: sealer.privateKey }
      expect(await openPost(tools, context, jwe, key)).toEqual({
        kind: 'read',
        value: { text: 'hé🙂', id: 'x' },
      })
      const wrong = { alg: sealing, privateKey: other.privateKey }
      expect(await openPost(tools, context, jwe, wrong)).toEqual({ kind: 'refused', fault: 'sealed' })
    },
  )

  it('lies no further from the log’s time than clocks may differ, before it or after it', async () => {
    const [signer, sealer] = await Promise.all([jose.generate('ES256'), jose.generate('ECDH-ES+A256KW')])
    const header = { alg: 'ES256', kid: keyIdOf(half(signer.publicKey)), typ: 'hook+jws' } as const
    const exp = claims.exp + 3600
    const jws = await jose.sign(signer.privateKey, header, bytes(JSON.stringify({ ...claims, exp })))
    const to = half(sealer.publicKey)
    const jwe = await jose.seal(to.jwk, sealedHeader(to, 'ECDH-ES+A256KW'), bytes(jws))
    const key = { alg: 'ECDH-ES+A256KW', privateKey: sealer.privateKey } as const
    const openedAt = (atMs: number) =>
      openPost({ jose, provider }, { hook, room, signer: half(signer.publicKey), timeMs: atMs }, jwe, key)
    for (const side of [-1, 1]) {
      const edgeMs = timeMs + side * limits.hookTimeSkewMs
      expect((await openedAt(edgeMs)).kind).toBe('read')
      expect(await openedAt(edgeMs + side)).toEqual({ kind: 'refused', fault: 'stale' })
    }
  })

  it('HOOK-9: says as much as a server lets through, or as a message may; and something', async () => {
    const [signer, sealer] = await Promise.all([jose.generate('ES256'), jose.generate('ECDH-ES+A256KW')])
    const header = { alg: 'ES256', kid: keyIdOf(half(signer.publicKey)), typ: 'hook+jws' } as const
    const to = half(sealer.publicKey)
    const key = { alg: 'ECDH-ES+A256KW', privateKey: sealer.privateKey } as const
    const posted = async (body: string) => {
      const jws = await jose.sign(signer.privateKey, header, bytes(JSON.stringify({ ...claims, body })))
      const jwe = await jose.seal(to.jwk, sealedHeader(to, 'ECDH-ES+A256KW'), bytes(jws))
      const form = readSealedPost(jwe)
      const context = { hook, room, signer: half(signer.publicKey), timeMs }
      return {
        // The server sees exactly this much of it.
        isTaken: form.kind === 'read' && form.value.sealedBytes <= limits.hookSignedBytesMax,
        signedBytes: form.kind === 'read' ? form.value.sealedBytes : 0,
        post: await openPost({ jose, provider }, context, jwe, key),
      }
    }
    const shown = { kind: 'read' }
    const max = limits.textBytesMax
    for (const body of ['', ' \n', '\u200b\u2060'])
      expect((await posted(body)).post).toEqual({ kind: 'refused', fault: 'empty' })
    for (const body of ['x'.repeat(max), '€'.repeat(max / 3), 'x'.repeat(max + 1)])
      expect(await posted(body)).toMatchObject({ isTaken: true, post: shown })
    // The longest that is let through, and the next.
    const around = (await posted('x'.repeat(max))).signedBytes - Math.ceil((max * 4) / 3)
    const longest = Math.floor(((limits.hookSignedBytesMax - around) * 3) / 4) - 4
    expect(await posted('x'.repeat(longest))).toMatchObject({ isTaken: true, post: shown })
    expect(await posted('x'.repeat(longest + 12))).toMatchObject({
      isTaken: false,
      post: { kind: 'refused', fault: 'text_too_long' },
    })
    // Of a server that let through what JSON escapes.
    expect(await posted(`x${'\n'.repeat(max - 1)}`)).toMatchObject({ isTaken: false, post: shown })
  })

  it('HOOK-9: has exactly its claims', () => {
    const read = (changes: object) => claimsOf(bytes(JSON.stringify({ ...claims, ...changes })))
    expect(read({})).toEqual(claims)
    for (const changes of [
      { nbf: 1 },
      { iat: 1.5 },
      { iat: '1' },
      { exp: -1 },
      { jti: '' },
      { jti: 'x'.repeat(129) },
    ])
      expect(read(changes)).toBeUndefined()
    for (const body of [5, null, ['x'], '\ud800']) expect(read({ body })).toBeUndefined()
  })

  it('is read without a failure, whatever it is', () => {
    const taken = (value: Uint8Array): void => {
      const post = readSignedPost(value)
      if (post.kind === 'refused') expect(hookFaults).toContain(post.fault)
      else claimsOf(post.value.payload)
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), taken))
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    )
    fc.assert(
      fc.property(fc.array(part, { minLength: 3, maxLength: 3 }), (parts) => taken(bytes(parts.join('.')))),
    )
  })
})
