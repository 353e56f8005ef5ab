import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { jsProvider } from '@sotto/mls/provider/js'
import { nodeProvider } from '@sotto/mls/provider/node'
import { describe, expect, it } from 'vitest'
import { decryptChunked, encryptChunked } from '../src/seal/chunked.ts'
import { open, seal } from '../src/seal/index.ts'

const node = nodeProvider()
const key = Uint8Array.from({ length: 32 }, (_, i) => i)
const chunk = 16_384

interface File {
  readonly testGroups: readonly {
    readonly aead: 'AEAD_AES_128_GCM' | 'AEAD_AES_256_GCM'
    readonly tests: readonly {
      readonly tcId: number
      readonly key: string
      readonly ctx: string
      /** zlib, then hex. */
      readonly ct: string
      readonly msgLength?: number
      readonly msgSha512?: string
      readonly result: 'valid' | 'invalid'
    }[]
  }[]
}

const folder = new URL('../../../../shared/vectors/wycheproof/', import.meta.url)
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

describe.each(['128', '256'])('Cobblestone-%s of Wycheproof', (bits) => {
  const file = new URL(`c2sp_chunked_encryption_aes_${bits}_gcm_test.json`, folder)
  if (!existsSync(file)) return it.skip('the vectors are not beside the project', () => {})
  const { testGroups } = JSON.parse(readFileSync(file, 'utf8')) as File
  for (const { aead, tests } of testGroups)
    it.each(tests.map((v) => [v.tcId, v.result, v] as const))('%d is %s', async (_id, result, v) => {
      const name = aead === 'AEAD_AES_128_GCM' ? 'AES-128-GCM' : 'AES-256-GCM'
      const sealed = new Uint8Array(inflateSync(bytes(v.ct)))
      const opened = decryptChunked(node, name, bytes(v.key), bytes(v.ctx), sealed)
      if (result === 'invalid') return expect(opened).rejects.toThrow()
      const message = await opened
      expect(message).toHaveLength(v.msgLength as number)
      expect(createHash('sha512').update(message).digest('hex')).toBe(v.msgSha512)
      return undefined
    })
})

describe('what is sealed', () => {
  const sizes = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 3 * chunk + 5]

  it.each(sizes)('ENC-5: opens again, at %d bytes', async (size) => {
    const plaintext = Uint8Array.from({ length: size }, (_, i) => i % 251)
    const sealed = await seal(node, key, 'vault', [1, 'two'], plaintext)
    expect(sealed).toHaveLength(56 + size + 16 * (Math.floor(size / chunk) + 1))
    expect(await open(node, key, 'vault', [1, 'two'], sealed)).toEqual(plaintext)
  })

  it('ENC-5: opens for its key, label and associated value only', async () => {
    const sealed = await seal(node, key, 'vault', [1], Uint8Array.of(1, 2, 3))
    const refused = { code: 'integrity' }
    const other = key.slice()
    other[31] = 0
    await expect(open(node, other, 'vault', [1], sealed)).rejects.toMatchObject(refused)
    await expect(open(node, key, 'vaults', [1], sealed)).rejects.toMatchObject(refused)
    await expect(open(node, key, 'vault', [2], sealed)).rejects.toMatchObject(refused)
    await expect(open(node, key, 'vault', 1, sealed)).rejects.toMatchObject(refused)
  })

  it('does not open when a bit is changed, anywhere', async () => {
    const sealed = await seal(node, key, 'ar', null, new Uint8Array(chunk + 3))
    for (const at of [0, 23, 24, 55, 56, 56 + chunk, 56 + chunk + 15, 56 + chunk + 16, sealed.length - 1]) {
      const changed = sealed.slice()
      changed[at] = (changed[at] as number) ^ 1
      await expect(open(node, key, 'ar', null, changed)).rejects.toMatchObject({ code: 'integrity' })
    }
  })

  it('does not open when it is cut off at any length, or goes on', async () => {
    const sealed = await seal(node, key, 'ar', null, new Uint8Array(100))
    for (let length = 0; length < sealed.length; length++)
      await expect(open(node, key, 'ar', null, sealed.subarray(0, length))).rejects.toMatchObject({
        code: 'integrity',
      })
    const twoChunks = await seal(node, key, 'ar', null, new Uint8Array(chunk))
    await expect(open(node, key, 'ar', null, twoChunks.subarray(0, 56 + chunk + 16))).rejects.toMatchObject({
      code: 'integrity',
    })
    const longer = new Uint8Array([...sealed, 0])
    await expect(open(node, key, 'ar', null, longer)).rejects.toMatchObject({ code: 'integrity' })
  })

  it('is different every time', async () => {
    const once = await seal(node, key, 'ar', null, key)
    expect(await seal(node, key, 'ar', null, key)).not.toEqual(once)
  })

  it('is the same for every provider: bound to the fixed form of the format', async () => {
    const salted = jsProvider((length) => new Uint8Array(length).fill(7))
    const inJs = await encryptChunked(salted, 'AES-256-GCM', key, Uint8Array.of(1), key)
    const inNode = await encryptChunked(
      { ...node, random: salted.random },
      'AES-256-GCM',
      key,
      Uint8Array.of(1),
      key,
    )
    expect(inJs).toEqual(inNode)
    expect(await decryptChunked(salted, 'AES-256-GCM', key, Uint8Array.of(1), inNode)).toEqual(key)
  })

  it('wants a key of the right length', () =>
    expect(seal(node, key.subarray(1), 'ar', null, key)).rejects.toMatchObject({ code: 'internal' }))
})
