import { verify as nodeVerify, createPublicKey, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ed25519 } from '@noble/curves/ed25519.js'
import { jsProvider } from '../../provider/js.ts'
import { isCanonicalEd25519Key, isUnambiguous, verifyWithoutCofactor } from '../../src/ed25519.ts'
import { chromiumIsHere, startWorker, type Worker } from '../provider/chromium.ts'
import { providers } from '../provider/all.ts'
import { bytes, disputedSignatures } from './vectors.ts'

interface Case {
  readonly number: number
  readonly key: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly flags: readonly string[]
}

const utf8 = new TextEncoder()
const cases: readonly Case[] = (disputedSignatures ?? []).map((vector) => ({
  number: vector.number,
  key: bytes(vector.key),
  message: utf8.encode(vector.msg),
  signature: bytes(vector.sig),
  flags: vector.flags ?? [],
}))

const refuses = (use: () => boolean): boolean => {
  try {
    return use()
  } catch {
    return false
  }
}

const opensslAlone = ({ key, message, signature }: Case): boolean =>
  refuses(() => {
    const x = Buffer.from(key).toString('base64url')
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return nodeVerify(null, message, publicKey, signature)
  })

const nobleAlone = ({ key, message, signature }: Case): boolean =>
  refuses(() => ed25519.verify(signature, message, key))

const js = jsProvider((length) => new Uint8Array(randomBytes(length)))
const verdictOf = ({ key, message, signature }: Case) => js.verify('Ed25519', key, message, signature)

const absent = disputedSignatures === undefined

describe.skipIf(absent)('the 914 disputed signatures (skipped where ../shared/vectors is absent)', () => {
  it('are disputed: platforms alone do not agree', () => {
    expect(cases).toHaveLength(914)
    expect(cases.filter((v) => opensslAlone(v) !== nobleAlone(v)).length).toBeGreaterThan(100)
  })

  it.each(providers)('%s gives the one verdict', async (_name, provider) => {
    for (const v of cases) {
      const verdict = await provider.verify('Ed25519', v.key, v.message, v.signature)
      expect([v.number, verdict]).toEqual([v.number, await verdictOf(v)])
    }
  })

  it('leave one good one, which has no flag', async () => {
    const good: Case[] = []
    for (const v of cases) if (await verdictOf(v)) good.push(v)
    expect(good.map((v) => v.flags)).toEqual([[]])
  })

  it('do not reach a verifier with anything but prime-order keys and canonical encodings', () => {
    const flags = new Set(
      cases
        .filter((v) => isUnambiguous(v.key, v.signature) && isCanonicalEd25519Key(v.key))
        .flatMap((v) => v.flags),
    )
    // What is left is refused by every verifier that SIG-6 admits.
    expect([...flags].toSorted()).toEqual(['low_order_component_R', 'low_order_residue'])
  })

  it('are undisputed between OpenSSL and SIG-5 once past the cheap rules, whatever the key', () => {
    const past = cases.filter((v) => isUnambiguous(v.key, v.signature))
    expect(past.length).toBeGreaterThan(50)
    for (const v of past)
      expect([v.number, verifyWithoutCofactor(v.key, v.message, v.signature)]).toEqual([
        v.number,
        opensslAlone(v),
      ])
  })
})

describe.skipIf(absent || !chromiumIsHere)('the same in Chromium (skipped without it)', () => {
  let worker: Worker
  beforeAll(async () => {
    worker = await startWorker(new URL('../provider/chromium-worker.ts', import.meta.url))
  })
  afterAll(() => worker.close())

  it('native and in JavaScript, as here', async () => {
    const inputs = cases.map((v) => ({
      key: Array.from(v.key),
      message: Array.from(v.message),
      signature: Array.from(v.signature),
    }))
    const verdicts = await worker.run<{ raw: boolean; native: boolean; js: boolean }[]>({ verdicts: inputs })
    expect(verdicts).toHaveLength(cases.length)
    for (const [i, v] of cases.entries()) {
      const expected = await verdictOf(v)
      expect([v.number, verdicts[i]?.native, verdicts[i]?.js]).toEqual([v.number, expected, expected])
      // Past the cheap rules, WebCrypto alone says the same as OpenSSL alone.
      if (isUnambiguous(v.key, v.signature))
        expect([v.number, verdicts[i]?.raw]).toEqual([v.number, opensslAlone(v)])
    }
  })
})
