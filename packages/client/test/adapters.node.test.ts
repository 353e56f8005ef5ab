import { createPublicKey, verify } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openFileKeychain } from '../adapters/node/fileKeychain.ts'
import { meansOf } from '../adapters/node/keys/means.ts'
import { openSqliteStore } from '../adapters/node/sqliteStore.ts'
import { assertFailure } from './contracts/contract.ts'
import { keychainContract } from './contracts/keychain.ts'
import { storeContract } from './contracts/store.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sotto-adapters-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('the SQLite store keeps the contract of stores', () => {
  for (const { title, run } of storeContract)
    it(title, () => run({ open: () => openSqliteStore(join(directory, 'store')) }))

  it('reading page after page, or key after key, lets everybody else have their turn', async () => {
    const store = await openSqliteStore(join(directory, 'store'))
    const keys = Array.from({ length: 2000 }, (_, i) => `log/${String(i).padStart(5, '0')}`)
    await store.commit(keys.map((key) => ({ kind: 'put', key, value: Uint8Array.of(1) })))
    let turns = 0
    let isReading = true
    const others = (async () => {
      while (isReading) {
        await setImmediate()
        turns += 1
      }
    })()
    for (let from = ''; ;) {
      const rows = await store.range(from, '~', { limit: 200 })
      if (rows.length === 0) break
      from = `${rows.at(-1)?.key}!`
    }
    expect(turns).toBeGreaterThanOrEqual(5)
    turns = 0
    for (const key of keys) await store.get(key)
    expect(turns).toBeGreaterThanOrEqual(5)
    isReading = false
    await others
    await store.close()
  })

  it('a file that is no database is damaged, not overwritten', async () => {
    writeFileSync(
      join(directory, 'store'),
      'something else entirely, longer than a header of SQLite'.repeat(40),
    )
    await assertFailure(openSqliteStore(join(directory, 'store')), 'storage_damaged', 'open')
  })

  it('leaves a file alone that a newer program has laid out', async () => {
    const file = join(directory, 'store')
    const newer = new DatabaseSync(file)
    newer.exec('CREATE TABLE later (what TEXT); PRAGMA user_version = 1')
    newer.close()
    const before = readFileSync(file)
    await assertFailure(openSqliteStore(file), 'storage_newer', 'open')
    expect(readFileSync(file)).toEqual(before)
  })
})

describe('the keychain of files keeps the contract of keychains', () => {
  const verifies = async (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => {
    const x = Buffer.from(publicKey).toString('base64url')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return verify(null, message, key, signature)
  }
  for (const { title, run } of keychainContract)
    it(title, () =>
      run({
        open: async () => openFileKeychain(join(directory, 'keys'), meansOf({ place: 'file' })),
        verify: verifies,
      }),
    )

  it('lets nobody but the user read the keys', async () => {
    await openFileKeychain(join(directory, 'keys'), meansOf({ place: 'file' })).signer()
    expect(statSync(join(directory, 'keys')).mode & 0o777).toBe(0o600)
  })

  it('refuses keys that were changed', async () => {
    await openFileKeychain(join(directory, 'keys'), meansOf({ place: 'file' })).signer()
    chmodSync(join(directory, 'keys'), 0o600)
    writeFileSync(join(directory, 'keys'), 'not keys')
    await assertFailure(
      openFileKeychain(join(directory, 'keys'), meansOf({ place: 'file' })).signer(),
      'storage_damaged',
      'signer',
    )
  })
})
