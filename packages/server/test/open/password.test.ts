import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { argon2id, nativeArgon2id, portableArgon2id } from '../../src/open/accounts/argon2.ts'
import { isStrong, makePasswords } from '../../src/open/accounts/password.ts'

describe('PASSWORD-1: a password of the open lane', () => {
  const passwords = makePasswords()

  it('is one password, however a keyboard writes it', async () => {
    const stored = await passwords.hash('correct ho\u0308rse\u00a0battery', 'here')
    expect(await passwords.verify('correct h\u00f6rse battery', stored, 'here')).toBe(true)
    expect(await passwords.verify('correct horse battery', stored, 'here')).toBe(false)
  })

  it('of before, which knew spaces of several widths, still opens', async () => {
    const typed = 'correct\u00a0h\u00f6rse battery'
    const salt = new Uint8Array(16).fill(7)
    const how = { salt, memoryKiB: 64, passes: 1, parallelism: 1, tagBytes: 32 }
    const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll('=', '')
    const tag = await argon2id(Buffer.from(typed), how)
    const stored = `$argon2id$v=19$m=64,t=1,p=1$${unpadded(salt)}$${unpadded(tag)}`
    expect(await passwords.verify(typed.normalize('NFD'), stored, 'here')).toBe(true)
    expect(await passwords.verify('correct h\u00f6rse battery', stored, 'here')).toBe(false)
  })
})

describe('the password of a program', () => {
  it('is kept as Argon2id with its parameters, salted, and verified', async () => {
    const passwords = makePasswords()
    const [one, two] = [
      await passwords.hash('a long passphrase', 'here'),
      await passwords.hash('a long passphrase', 'here'),
    ]
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(two).not.toBe(one)
    expect(await passwords.verify('a long passphrase', one, 'here')).toBe(true)
    expect(await passwords.verify('another passphrase', one, 'here')).toBe(false)
    expect(await passwords.verify('a long passphrase', undefined, 'here')).toBe(false)
  })

  it('is hashed alike by OpenSSL and in JavaScript', async () => {
    const derivation = { salt: Buffer.alloc(16, 2), memoryKiB: 64, passes: 3, parallelism: 4, tagBytes: 32 }
    const password = Buffer.alloc(32, 1)
    const hashes = [portableArgon2id, ...(argon2id === nativeArgon2id ? [nativeArgon2id] : [])].map(
      async (hash) => Buffer.from(await hash(password, derivation)).toString('hex'),
    )
    // Of OpenSSL 3.5.
    const known = 'd38f3b81e30cd2bb524616fdc13fae1eb6110bc0c2ec0f8f6fd3f40f053c72c1'
    expect(new Set(await Promise.all(hashes))).toEqual(new Set([known]))
  })

  it('may be hashed by many at once, and not by any number', async () => {
    const passwords = makePasswords()
    const outcomes = await Promise.allSettled(
      Array.from({ length: 80 }, () => passwords.verify('x', undefined, 'here')),
    )
    const refused = outcomes.filter(({ status }) => status === 'rejected')
    expect(refused.length).toBe(80 - 64 - Math.min(2, Math.max(1, availableParallelism() - 1)))
    expect(refused[0]).toMatchObject({ reason: { code: 'UNAVAILABLE' } })
  })

  it('is hashed for others while one address asks for more than its turns', async () => {
    const passwords = makePasswords()
    const flood = Array.from({ length: 80 }, () => passwords.verify('x', undefined, 'attacker'))
    const others = Array.from({ length: 10 }, (_, i) => passwords.verify('x', undefined, `neighbour ${i}`))
    const order: string[] = []
    for (const [who, all] of Object.entries({ attacker: flood, neighbour: others }))
      for (const one of all)
        one.then(
          () => order.push(who),
          () => {},
        )
    expect((await Promise.allSettled(others)).every(({ status }) => status === 'fulfilled')).toBe(true)
    // Shares take turns: beside what ran already, about one of the attacker's for each of another's.
    expect(order.filter((who) => who === 'attacker').length).toBeLessThan(20)
    await Promise.allSettled(flood)
  })

  it('is long before it is anything else', () => {
    expect(isStrong('correct horse battery', 'alice')).toBe(true)
    expect(isStrong('a personal passphrase', 'al')).toBe(true)
    expect(isStrong('twelve chars', 'alice')).toBe(true)
    expect(isStrong('abcdefgh'.repeat(32), 'alice')).toBe(true)
    for (const weak of [
      'elevenchars',
      'eleven char',
      `${'abcdefgh'.repeat(32)}a`,
      'aaaaaaaaaaaaa',
      'I am Alice, Alice!',
      'x'.repeat(257),
    ])
      expect(isStrong(weak, 'alice')).toBe(false)
  })
})
