import { spawnSync } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encodeAs, bytes, blob, limits, literal, SottoError, struct, uint } from '@sotto/protocol'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openFileKeychain } from '../adapters/node/fileKeychain.ts'
import { answeringKeystore } from '../adapters/node/keys/keystore.ts'
import { keysOfProfile, moveKeys } from '../adapters/node/keys/keysOfProfile.ts'
import { openLaneSealer } from '../adapters/node/keys/laneSealer.ts'
import { type KeyMeans, type KeyPlace, keyPlaces, meansOf } from '../adapters/node/keys/means.ts'
import { takeProfileLock } from '../adapters/node/profileLock.ts'
import { assertFailure } from './contracts/contract.ts'
import { keychainContract } from './contracts/keychain.ts'
import { keystoreContract } from './contracts/keystore.ts'
import { directoryKeystore } from './keys/directoryKeystore.ts'

const root = mkdtempSync(join(tmpdir(), 'sotto-keys-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let made = 0
let directory = ''
let stored = ''
beforeEach(() => {
  directory = join(root, `${made++}`, 'profile')
  mkdirSync(directory, { recursive: true })
  stored = join(directory, '..', 'keystore')
  mkdirSync(stored)
})

const passphrase = 'one of the passphrases'
const keystore = async () => directoryKeystore(stored)
const noKeystore = async (): Promise<never> => {
  throw new SottoError('keys_locked', 'there is none here')
}
const at = (place: KeyPlace, more: KeyMeans = {}): KeyMeans => ({ place, passphrase, keystore, ...more })

const keychainIn = (where: string, how: KeyMeans) => openFileKeychain(join(where, 'keys'), meansOf(how))
const publicKeyIn = async (where: string, how: KeyMeans): Promise<string> =>
  Buffer.from((await keychainIn(where, how).signer()).publicKey).toString('hex')

/** What lies in the files of a directory, as it is. */
const rawOf = (where: string): string =>
  readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')

const child = (program: string, ...args: readonly string[]) => {
  const path = fileURLToPath(new URL(`keys/${program}`, import.meta.url))
  return spawnSync(process.execPath, [path, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })
}

describe('a keystore that is a directory keeps the contract of keystores', () => {
  let ids = 0
  for (const { title, run } of keystoreContract)
    it(title, () => run({ open: keystore, newId: () => `id${ids++}` }))
})

describe.each(keyPlaces)('keys that lie in the place %s keep the contract of keychains', (place) => {
  const verifies = async (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => {
    const x = Buffer.from(publicKey).toString('base64url')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    return verify(null, message, key, signature)
  }
  for (const { title, run } of keychainContract)
    it(title, async () => {
      // What a passphrase gives is derived once: 128 MiB and a third of a second each time.
      const means = meansOf(at(place))
      await run({ open: async () => openFileKeychain(join(directory, 'keys'), means), verify: verifies })
      expect(statSync(join(directory, 'keys')).mode & 0o777).toBe(0o600)
      expect(keysOfProfile(directory).device).toBe(place)
    })
})

describe('CL-19 where new keys go', () => {
  it('is the keystore where there is one', async () => {
    const placed: unknown[] = []
    const how = { keystore, onPlaced: (...what: unknown[]) => placed.push(what) }
    const before = process.env['SOTTO_KEYS']
    delete process.env['SOTTO_KEYS']
    try {
      await publicKeyIn(directory, how)
    } finally {
      process.env['SOTTO_KEYS'] = before
    }
    expect([keysOfProfile(directory).device, placed]).toEqual(['keystore', [['keystore', undefined]]])
  })

  it('is a file where there is none, and the reason is told; asked for by name it is refused', async () => {
    const placed: unknown[] = []
    const before = process.env['SOTTO_KEYS']
    delete process.env['SOTTO_KEYS']
    try {
      const forgetful = { ...directoryKeystore(stored), read: async () => undefined }
      for (const none of [noKeystore, async () => forgetful]) {
        rmSync(join(directory, 'keys'), { force: true })
        await publicKeyIn(directory, { keystore: none, onPlaced: (...what) => placed.push(what) })
        expect(keysOfProfile(directory).device).toBe('file')
      }
    } finally {
      process.env['SOTTO_KEYS'] = before
    }
    expect(placed).toEqual([
      ['file', 'there is none here'],
      ['file', expect.stringContaining('does not keep')],
    ])
    rmSync(join(directory, 'keys'))
    const asked = publicKeyIn(directory, at('keystore', { keystore: noKeystore }))
    await assertFailure(asked, 'keys_locked', 'asked for by name')
    expect(keysOfProfile(directory).device).toBeNull()
  })

  it('is beside those that the profile has, and a file where an earlier version has left programs', async () => {
    const before = process.env['SOTTO_KEYS']
    delete process.env['SOTTO_KEYS']
    try {
      writeFileSync(join(directory, 'keys'), formerKeys, { mode: 0o600 })
      await openLaneSealer(directory, { keystore })
      expect(keysOfProfile(directory)).toEqual({ device: 'file', lane: 'file' })
      const other = join(directory, 'other')
      mkdirSync(join(other, 'lane'), { recursive: true })
      writeFileSync(join(other, 'lane', 'p.lane'), '')
      await openLaneSealer(other, { keystore })
      expect(keysOfProfile(other)).toEqual({ device: null, lane: 'file' })
      const fresh = join(directory, 'fresh')
      await openLaneSealer(fresh, { keystore })
      expect(keysOfProfile(fresh)).toEqual({ device: null, lane: 'keystore' })
    } finally {
      process.env['SOTTO_KEYS'] = before
    }
  })

  it('is what the environment says, and nothing else is understood there', async () => {
    const before = process.env['SOTTO_KEYS']
    try {
      process.env['SOTTO_KEYS'] = 'passphrase'
      expect(meansOf().place).toBe('passphrase')
      process.env['SOTTO_KEYS'] = 'under the mat'
      expect(() => meansOf()).toThrow(SottoError)
    } finally {
      process.env['SOTTO_KEYS'] = before
    }
  })

  it('a passphrase in the environment is taken out of it: what is started from here does not inherit it', () => {
    const means = fileURLToPath(new URL('../adapters/node/keys/means.ts', import.meta.url))
    const script = `import { meansOf } from ${JSON.stringify(means)}
      meansOf()
      console.log(await meansOf().passphrases.known(0), process.env.SOTTO_PASSPHRASE)`
    const env = { ...process.env, SOTTO_PASSPHRASE: passphrase, NODE_NO_WARNINGS: '1' }
    const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', env })
    expect([ran.stdout, ran.stderr]).toEqual([`${passphrase} undefined\n`, ''])
  })

  it('of two programs that make keys at once the first wins, and nothing of the other stays behind', async () => {
    const [one, two] = await Promise.all([
      publicKeyIn(directory, at('keystore')),
      publicKeyIn(directory, at('keystore')),
    ])
    expect(two).toBe(one)
    expect(readdirSync(stored)).toHaveLength(1)
  })
})

describe('CL-19 a copied profile', () => {
  it('does not open where the keystore does not have its key, and says what to do', async () => {
    await publicKeyIn(directory, at('keystore'))
    const copy = join(directory, '..', 'copy')
    cpSync(directory, copy, { recursive: true })
    const elsewhere = async () => directoryKeystore(join(copy, '..', 'of another machine'))
    const opened = publicKeyIn(copy, at('keystore', { keystore: elsewhere }))
    await expect(opened).rejects.toMatchObject({
      code: 'keys_locked',
      message: expect.stringContaining('sotto keys move passphrase') as unknown,
    })
  })

  it('does not open beside the original either; one that was moved does, and its copies do not', async () => {
    const key = await publicKeyIn(directory, at('keystore'))
    const [copy, moved] = [join(directory, '..', 'copy'), join(directory, '..', 'moved')]
    cpSync(directory, copy, { recursive: true })
    await assertFailure(publicKeyIn(copy, at('keystore')), 'keys_locked', 'the copy')
    renameSync(directory, moved)
    expect(await publicKeyIn(moved, at('keystore'))).toBe(key)
    await assertFailure(publicKeyIn(copy, at('keystore')), 'keys_locked', 'the copy after the move')
  })

  it('asks for its passphrase, and does not take another one', async () => {
    const key = await publicKeyIn(directory, at('passphrase'))
    const wrong = at('passphrase', { passphrase: 'quite another passphrase' })
    await assertFailure(publicKeyIn(directory, wrong), 'passphrase_wrong', 'another')
    await assertFailure(publicKeyIn(directory, { keystore }), 'keys_locked', 'nobody to ask')
    await assertFailure(
      moveKeys(directory, 'passphrase', {
        passphrase: { known: async () => passphrase, chosen: async () => 'short' },
      }),
      'password_weak',
      'one that is guessed',
    )
    // As another keyboard types it.
    await publicKeyIn(directory, at('passphrase', { passphrase: passphrase.normalize('NFD') }))
    const asked: number[] = []
    const known = async (tries: number) => {
      asked.push(tries)
      return tries === 0 ? 'mistyped at first' : passphrase
    }
    const chosen = async () => passphrase
    expect(await publicKeyIn(directory, { passphrase: { known, chosen } })).toBe(key)
    expect(asked).toEqual([0, 1])
  })

  it('a file that asks for more memory than a passphrase ever costs is damaged, and costs none', async () => {
    const file = struct({ version: literal(3), salt: bytes(16), cost: uint(), wrapped: blob(512) })
    const costly = { version: 3, salt: new Uint8Array(16), cost: 40, wrapped: new Uint8Array(64) } as const
    writeFileSync(join(directory, 'keys'), encodeAs(file, costly))
    await assertFailure(publicKeyIn(directory, at('passphrase')), 'storage_damaged', 'a cost of 2^40')
  })
})

it('a keystore that does not answer is not waited for without end', async () => {
  const never = () => new Promise<never>(() => {})
  const mute = { name: 'the mute one', read: never, write: never, remove: never }
  const due: (() => void)[] = []
  let nowMs = 0
  const scheduler = {
    steadyMs: () => nowMs,
    after: (delayMs: number, run: () => void) => {
      due.push(() => {
        nowMs += delayMs
        run()
      })
      return () => {}
    },
  }
  const asked = answeringKeystore(mute, scheduler).read('id')
  const refused = assertFailure(asked, 'keys_locked', 'after the wait')
  for (let next = due.shift(); next; next = due.shift()) next()
  expect(nowMs).toBe(limits.keystoreWaitMs)
  await refused
})

/** A key file as the versions before this one wrote it: [1, D as PKCS #8, SK]. */
const formerKeys = Buffer.from(
  `83015830302e020100300506032b657004220420${'11'.repeat(32)}5820${'22'.repeat(32)}`,
  'hex',
)
const formerPublicKey = 'd04ab232742bb4ab3a1368bd4615e4e6d0224ab71a016baf8520a332c9778737'

describe('profiles of earlier versions', () => {
  it('open as they are, and lie in a file until they are moved', async () => {
    writeFileSync(join(directory, 'keys'), formerKeys, { mode: 0o600 })
    expect(await publicKeyIn(directory, { keystore: noKeystore })).toBe(formerPublicKey)
    expect(readFileSync(join(directory, 'keys'))).toEqual(formerKeys)
    expect(keysOfProfile(directory)).toEqual({ device: 'file', lane: null })
  })

  it('are moved from every place to every other, with what they have sealed, and leave nothing behind', async () => {
    writeFileSync(join(directory, 'keys'), formerKeys, { mode: 0o600 })
    const sealed = await keychainIn(directory, {}).seal('a', Uint8Array.of(1, 2, 3))
    const lane = await openLaneSealer(directory, at('file'))
    const row = lane.seal('id', Uint8Array.of(4, 5))
    for (const to of ['keystore', 'keystore', 'passphrase', 'file', 'file'] as const) {
      expect(await moveKeys(directory, to, at('file'))).toEqual({ device: to, lane: to })
      expect(await keychainIn(directory, at('file')).open('a', sealed)).toEqual(Uint8Array.of(1, 2, 3))
      expect((await openLaneSealer(directory, at('file'))).open('id', row)).toEqual(Uint8Array.of(4, 5))
      expect(rawOf(directory).includes('\x22'.repeat(32))).toBe(to === 'file')
      const entries = to === 'keystore' ? 2 : 0
      expect(readdirSync(stored), to).toHaveLength(entries)
    }
  })

  it('are not moved while a program runs on them, nor where there is nothing to move', async () => {
    await assertFailure(moveKeys(directory, 'file', at('file')), 'no_account', 'no keys')
    writeFileSync(join(directory, 'keys'), formerKeys, { mode: 0o600 })
    const lock = takeProfileLock(directory)
    await assertFailure(moveKeys(directory, 'keystore', at('file')), 'profile_in_use', 'in use')
    lock?.release()
    await assertFailure(
      moveKeys(directory, 'keystore', at('file', { keystore: noKeystore })),
      'keys_locked',
      'none',
    )
    expect(readFileSync(join(directory, 'keys'))).toEqual(formerKeys)
  })

  /** A profile whose keys of both kinds lie in this place, with a row that its lane has sealed. */
  const profileIn = async (place: KeyPlace) => {
    writeFileSync(join(directory, 'keys'), formerKeys, { mode: 0o600 })
    const row = (await openLaneSealer(directory, at('file'))).seal('id', Uint8Array.of(4, 5))
    await moveKeys(directory, place, at('file'))
    return row
  }
  const opens = async (row: Uint8Array): Promise<void> => {
    expect(await publicKeyIn(directory, at('file'))).toBe(formerPublicKey)
    expect((await openLaneSealer(directory, at('file'))).open('id', row)).toEqual(Uint8Array.of(4, 5))
  }

  it.each([
    ['file', 'keystore'],
    ['keystore', 'file'],
    ['keystore', 'keystore'],
  ] as const)('open after a move from %s to %s that ends at any of its steps', async (from, to) => {
    const row = await profileIn(from)
    const [here, kept] = [join(directory, '..'), join(root, `kept${made}`)]
    cpSync(here, kept, { recursive: true })
    for (let steps = 0; ; steps++) {
      let left = steps
      const { promise: stopped, resolve: stop } = Promise.withResolvers<'stopped'>()
      const step = async (): Promise<void> => {
        if (left-- > 0) return
        stop('stopped')
        // As after kill -9: nothing that stands behind is done.
        await new Promise(() => {})
      }
      const how = at('file', { keystore: async () => directoryKeystore(stored, step) })
      const ended = await Promise.race([moveKeys(directory, to, how), stopped])
      await opens(row)
      if (ended !== 'stopped') {
        expect(ended).toEqual({ device: to, lane: to })
        expect(steps).toBeGreaterThan(3)
        return
      }
      // The lock of what was stopped goes with its files.
      rmSync(here, { recursive: true, force: true })
      cpSync(kept, here, { recursive: true })
    }
  })

  it(
    'open after kill -9 in the middle of a move, which is completed when it is done again',
    { timeout: 240_000 },
    async () => {
      const row = await profileIn('file')
      const { signal } = child('killedMove.ts', directory, stored, 'keystore', '4')
      expect(signal).toBe('SIGKILL')
      expect(keysOfProfile(directory)).not.toEqual({ device: 'keystore', lane: 'keystore' })
      await opens(row)
      expect(await moveKeys(directory, 'keystore', at('file'))).toEqual({
        device: 'keystore',
        lane: 'keystore',
      })
      await opens(row)
    },
  )
})
