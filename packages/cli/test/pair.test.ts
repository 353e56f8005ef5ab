import { createCipheriv, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { limits } from '@sotto/client'
import { expect, test } from 'vitest'
import type { Desk, Desks } from '../src/gateway/desks.ts'
import { openCbc, readCbcEnvelope, sealCbc, type Suite } from '../src/gateway/pair/cbcEnvelope.ts'
import { oaepHashes } from '../src/gateway/pair/oaepHash.ts'
import { readProgramKey, writeKey } from '../src/gateway/pair/programKey.ts'
import { pair as dialect } from '../src/gateway/pair/pair.ts'
import { makePrograms } from '../src/gateway/pair/programs.ts'
import { makeRecipientKeys } from '../src/gateway/pair/recipientKeys.ts'
import { recipientsOf } from '../src/gateway/pair/recipients.ts'
import { encrypt, usual } from './pair/oldPrograms.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const other = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keyOf = (publicKey: KeyObject, form: 'spki' | 'pkcs1' = 'spki') =>
  readProgramKey(writeKey(publicKey, { type: form, encoding: 'pem' }))

test('as many keys are held as may be, and the one that was asked for longest ago is forgotten', async () => {
  const keys = makeRecipientKeys({ nowMs: () => 0, makePair: async () => pair })
  const names = Array.from({ length: limits.gatewayKeysMax }, (_, at) => `name${at}`)
  await keys.publicKeysOf(names)
  await keys.publicKeysOf(['name0'])
  expect(names.every(keys.has)).toBe(true)
  await keys.publicKeysOf(['another'])
  expect(keys.has('another')).toBe(true)
  expect(names.filter((name) => !keys.has(name))).toEqual(['name1'])
})

test('so many recipients are listed, those who are there first, and everybody is found by name', async () => {
  const named = (name: string) => ({ name, fingerprint: 'x' })
  const all = Array.from({ length: limits.gatewayListedMax }, (_, at) => named(`name${at}`))
  const lane = { people: async () => all, online: async () => [named('last'), named('unknown')] }
  expect(await recipientsOf(lane, null)).toHaveLength(limits.gatewayListedMax)
  const more = {
    ...lane,
    people: async () => [...all, named('last'), { name: 'keyless', fingerprint: null }],
  }
  const listed = await recipientsOf(more, null)
  expect(listed).toHaveLength(limits.gatewayListedMax)
  expect(listed.slice(0, 2)).toEqual(['last', 'name0'])
  expect(await recipientsOf(more, 'Name249')).toEqual(['name249'])
  expect(await recipientsOf(more, 'keyless')).toEqual([])
})

test('what cannot be opened is tried so often, and again when the time is over', async () => {
  let nowMs = 1_000_000
  const keys = makeRecipientKeys({ nowMs: () => nowMs, makePair: async () => pair })
  await keys.publicKeysOf(['bob', 'carol'])
  const good = readCbcEnvelope(encrypt('good', pair.publicKey, usual))
  const bad = readCbcEnvelope(encrypt('bad', other.publicKey, usual))
  const codeOf = (name: string, envelope: typeof good): string => {
    try {
      return keys.open(name, envelope).text
    } catch (error) {
      const { refusal, code } = error as {
        readonly refusal?: { readonly code: string }
        readonly code?: string
      }
      return refusal?.code ?? String(code)
    }
  }
  for (let at = 0; at < limits.gatewayWrongMax; at++) {
    expect(codeOf('bob', good)).toBe('good')
    expect(codeOf('bob', bad)).toBe('NOT_FOR_US')
    nowMs++
  }
  // Neither what is right nor what is wrong is tried: a difference would say which it is.
  for (const envelope of [good, bad]) expect(codeOf('bob', envelope)).toBe('RATE_LIMITED')
  expect(codeOf('carol', good)).toBe('good')
  expect(codeOf('dave', good)).toBe('NOT_FOR_US')
  nowMs += limits.gatewayWrongWindowMs - limits.gatewayWrongMax
  expect(codeOf('bob', good)).toBe('good')
  expect(codeOf('bob', bad)).toBe('NOT_FOR_US')
  expect(codeOf('bob', good)).toBe('RATE_LIMITED')
})

test.each(
  oaepHashes.flatMap((oaepHash) => ([16, 24, 32] as const).map((keyBytes) => ({ oaepHash, keyBytes }))),
)(
  'with $oaepHash and $keyBytes bytes, what is sealed is opened, and how it was made is seen',
  (suite: Suite) => {
    for (const text of ['', 'x', 'é🙂'.repeat(100), '\u0000', '\ufeffx', 'y'.repeat(limits.textBytesMax)]) {
      const sealed = readCbcEnvelope(sealCbc(text, pair.publicKey, suite))
      expect(openCbc(sealed, pair.privateKey)).toEqual({ text, suite })
      expect(openCbc(sealed, other.privateKey)).toBeUndefined()
    }
  },
)

test('no text comes of a padding that fits nothing, of bytes that are no UTF-8, or of a key that nobody wrapped', () => {
  const good = readCbcEnvelope(encrypt('fifteen letters', pair.publicKey, usual))
  for (let bit = 0; bit < 128; bit++) {
    const iv = Buffer.from(good.iv)
    iv.writeUInt8(iv.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    const opened = openCbc({ ...good, iv }, pair.privateKey)
    // The one bit of the padding leaves another length, or none; a bit of a letter leaves another letter, or no UTF-8.
    expect(opened?.text).not.toBe('fifteen letters')
    if (bit >> 3 === 15) expect(opened).toBeUndefined()
  }
  const cipher = createCipheriv('aes-256-cbc', Buffer.alloc(32), Buffer.alloc(16))
  const data = Buffer.concat([cipher.update('a key of zeros'), cipher.final()])
  for (const key of [Buffer.alloc(256), Buffer.alloc(0), Buffer.alloc(256, 0xff)])
    expect(openCbc({ data, key, iv: Buffer.alloc(16) }, pair.privateKey)).toBeUndefined()
})

test('a key is taken in each form that old programs write, and given out in the same', async () => {
  for (const type of ['spki', 'pkcs1'] as const)
    for (const encoding of ['pem', 'base64'] as const) {
      const written = writeKey(pair.publicKey, { type, encoding })
      const read = await readProgramKey(written)
      expect(read.form).toEqual({ type, encoding })
      expect(read.publicKey.equals(pair.publicKey)).toBe(true)
      expect(written.includes('BEGIN')).toBe(encoding === 'pem')
    }
  const pem = writeKey(pair.publicKey, { type: 'spki', encoding: 'pem' })
  for (const loose of [pem.trim(), pem.replaceAll('\n', '\r\n'), Buffer.from(pem.trim()).toString('base64')])
    expect((await readProgramKey(loose)).publicKey.equals(pair.publicKey)).toBe(true)
  const odd = createPrivateKey(pair.privateKey.export({ type: 'pkcs1', format: 'pem' }))
  await expect(readProgramKey(odd.export({ type: 'pkcs8', format: 'pem' }))).rejects.toMatchObject({
    refusal: { code: 'KEY_INVALID' },
  })
})

test('a receiver keeps the key with which it came; one that comes before its key gets the next', async () => {
  const [first, second, third] = [
    await keyOf(pair.publicKey),
    await keyOf(other.publicKey),
    await keyOf(pair.publicKey),
  ]
  const programs = makePrograms()
  const told: string[] = []
  const join = (as: string) => programs.join('bob', async () => void told.push(as))
  const early = join('early')
  expect(early.key()).toBeUndefined()
  await programs.register('bob', first)
  expect(early.key()).toBe(first)
  expect(told).toEqual(['early'])
  // His sender, of the same name.
  await programs.register('bob', second)
  expect(early.key()).toBe(first)
  early.leave()
  // The same program, connected anew, or a new start of it that registers later.
  const receiver = join('again')
  expect(receiver.key()).toBe(second)
  const anew = join('anew')
  expect(anew.key()).toBe(second)
  await programs.register('bob', third)
  expect([receiver.key(), anew.key()]).toEqual([second, third])
  await programs.register('carol', first)
  expect(told).toEqual(['early', 'anew'])
})

test('who asks for keys before anybody has come is answered by an account of the profile, or that there is nobody', async () => {
  const entered: string[] = []
  const lane = { people: async () => [{ name: 'bob', fingerprint: 'x' }] } as unknown as Desk['lane']
  const desksWith = (...accounts: readonly string[]): Desks => ({
    enter: async ({ name, hear }) => {
      expect(hear).toBeUndefined()
      entered.push(name)
      return { desk: { name, room: 0, lane }, leave: async () => {} }
    },
    anyLane: async () => undefined,
    accounts: async () => accounts,
    close: async () => {},
  })
  const usersOf = async (desks: Desks) => {
    const route = dialect(desks, undefined).routes.find(({ path }) => path === '/users')
    const answer = await route?.answer({ query: new URLSearchParams(), body: undefined })
    return JSON.parse(String(answer?.body)) as unknown
  }
  expect(await usersOf(desksWith())).toEqual({})
  expect(await usersOf(desksWith('ann', 'zoe'))).toEqual({ bob: expect.stringContaining('BEGIN PUBLIC KEY') })
  expect(entered).toEqual(['ann'])
})
