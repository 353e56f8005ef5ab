import { describe, expect, it } from 'vitest'
import { montgomeryGroup as jsGroup } from '../../provider/js-kem.ts'
import type { Group } from '../../provider/kem.ts'
import { montgomeryGroup as nodeGroup } from '../../provider/node-kem.ts'
import { webX25519 } from '../../provider/web-native.ts'
import { platformSubtle, type Subtle } from '../../provider/web-subtle.ts'
import { providers } from '../provider/all.ts'
import { bytes, vectorFile } from './vectors.ts'

interface Ed25519File {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string }
    readonly tests: readonly { tcId: number; msg: string; sig: string; result: 'valid' | 'invalid' }[]
  }[]
}

interface X25519File {
  readonly testGroups: readonly {
    readonly tests: readonly {
      tcId: number
      public: string
      private: string
      shared: string
      flags: readonly string[]
    }[]
  }[]
}

const ed25519 = vectorFile<Ed25519File>('wycheproof/ed25519_test.json')
const x25519 = vectorFile<X25519File>('wycheproof/x25519_test.json')

describe.skipIf(!ed25519)('Ed25519 of Wycheproof (skipped where absent)', () => {
  it.each(providers)('on %s', async (_name, provider) => {
    for (const { publicKey, tests } of ed25519?.testGroups ?? [])
      for (const { tcId, msg, sig, result } of tests)
        expect([tcId, await provider.verify('Ed25519', bytes(publicKey.pk), bytes(msg), bytes(sig))]).toEqual(
          [tcId, result === 'valid'],
        )
  })
})

const never = (): Uint8Array => {
  throw new Error('no randomness is needed')
}

const groups: readonly (readonly [string, Group])[] = [
  ['node', nodeGroup('X25519')],
  ['js', jsGroup('X25519', never)],
  ['web', webX25519(platformSubtle() as Subtle)],
]

describe.skipIf(!x25519)('X25519 of Wycheproof (skipped where absent)', () => {
  const agreed = async (group: Group, privateKey: string, publicKey: string): Promise<string> => {
    try {
      const key = await group.privateKey(bytes(privateKey))
      const shared = await key.agree(await group.publicKey(bytes(publicKey)))
      return Buffer.from(shared).toString('hex')
    } catch (error) {
      return String((error as { code?: unknown }).code)
    }
  }

  it.each(groups)('on %s: secrets of small order are refused, all else derives', async (_name, group) => {
    for (const { tests } of x25519?.testGroups ?? [])
      for (const v of tests) {
        const expected = v.flags.includes('ZeroSharedSecret') ? 'invalid_key' : v.shared
        expect([v.tcId, await agreed(group, v.private, v.public)]).toEqual([v.tcId, expected])
      }
  })
})
