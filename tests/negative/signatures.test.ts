import { existsSync, globSync, readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { nodeProvider } from '@sotto/mls/provider/node'
import { jsProvider } from '@sotto/mls/provider/js'
import { describe, expect, test } from 'vitest'

interface Disputed {
  readonly number: number
  readonly key: string
  readonly sig: string
  readonly msg: string
}

const root = new URL('../../', import.meta.url)
const file = new URL('../shared/vectors/ed25519/ed25519vectors.json', root)
const isHere = existsSync(file)
const disputed = isHere ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Disputed[]) : []
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))

/** Where a signature is verified past the one verdict, each with why no other verdict can come of it. */
const others: Readonly<Record<string, string>> = {
  'packages/lane/adapters/net/webCryptography.ts':
    'a proof of the open lane is judged by its recipient alone, and nothing that others hold follows from the verdict',
  'packages/server/src/delivery/logKey.ts':
    'the key is its own, made by itself: prime order, in its one form',
}

describe('T-SIG one verdict everywhere', () => {
  test.skipIf(!isHere)(
    'T-SIG on 914 disputed signatures (skipped where ../shared/vectors is absent)',
    async () => {
      expect(disputed).toHaveLength(914)
      const [native, script] = [nodeProvider(), jsProvider((length) => new Uint8Array(randomBytes(length)))]
      const taken: number[] = []
      for (const { number, key, sig, msg } of disputed) {
        const claim = ['Ed25519', bytes(key), new TextEncoder().encode(msg), bytes(sig)] as const
        const verdict = await script.verify(...claim)
        expect([number, await native.verify(...claim)]).toEqual([number, verdict])
        if (verdict) taken.push(number)
      }
      expect(taken).toHaveLength(1)
    },
  )

  test('T-SIG nothing verifies a signature by another way than a provider', () => {
    const direct =
      /\bcreateVerify\b|\bsubtle\.verify\b|\bed25519\.verify\b|import \{[^}]*\bverify\b[^}]*\} from 'node:crypto'/
    const found = globSync(
      'packages/{protocol,trust,client,lane,server,cli,web}/{src,adapters}/**/*.{ts,tsx}',
      {
        cwd: root,
      },
    ).filter((path) => direct.test(readFileSync(new URL(path, root), 'utf8')))
    expect(found.toSorted()).toEqual(Object.keys(others))
  })
})
