import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsProvider } from '../../provider/js.ts'
import { nativeNames, type NativeName } from '../../provider/web.ts'
import type { Provider } from '../../src/provider.ts'
import { chromiumIsHere, startWorker, type Worker } from './chromium.ts'
import type { Call } from './chromium-worker.ts'
import { counting, exchangeAead, exchangeKem, exchangeSignatures, type RemoteProvider } from './exchange.ts'
import { plain, revive } from './plain.ts'

const js = jsProvider((length) => new Uint8Array(randomBytes(length)))
let worker: Worker

const call = async (method: Call['method'], without: readonly NativeName[], args: readonly unknown[]) => {
  const input: Call = { method, without, args: args.map(plain) }
  return revive(await worker.run(input))
}

/** The provider of the worker in Chromium as if it were here. */
const remote = (without: readonly NativeName[]): RemoteProvider => {
  const method =
    <Name extends keyof RemoteProvider>(name: Name) =>
    (...args: Parameters<RemoteProvider[Name]>) =>
      call(name, without, args) as Promise<never>
  return {
    aeadSeal: method('aeadSeal'),
    aeadOpen: method('aeadOpen'),
    kemGenerate: method('kemGenerate'),
    kemDerive: method('kemDerive'),
    kemEncapsulate: method('kemEncapsulate'),
    kemDecapsulate: method('kemDecapsulate'),
    signatureGenerate: method('signatureGenerate'),
    sign: method('sign'),
    verify: method('verify'),
  }
}

const variants: readonly (readonly [string, readonly NativeName[]])[] = [
  ['with its natives', []],
  ['without natives', nativeNames],
  ['without ML-KEM', ['ML-KEM-768']],
  ['without curves', ['X25519', 'Ed25519']],
]

describe.skipIf(!chromiumIsHere)('the web provider in a worker of Chromium (skipped without it)', () => {
  beforeAll(async () => {
    worker = await startWorker(new URL('./chromium-worker.ts', import.meta.url))
  })
  afterAll(() => worker.close())

  it('finds all natives, or none where told so', async () => {
    const natives = await worker.run<string[]>({ method: 'natives', without: [], args: [] } satisfies Call)
    expect(natives.toSorted()).toEqual([...nativeNames].toSorted())
    expect(await worker.run({ method: 'natives', without: nativeNames, args: [] } satisfies Call)).toEqual([])
  })

  it('hashes and derives as here', async () => {
    const methods: readonly (readonly [keyof Provider, readonly unknown[]])[] = [
      ['hash', ['SHA-384', counting(300)]],
      ['hmac', ['SHA-256', counting(32), counting(300)]],
      ['hkdfExtract', ['SHA-512', counting(10), counting(64)]],
      ['hkdfExpand', ['SHA-384', counting(48), counting(20), 100]],
    ]
    for (const [method, args] of methods)
      expect(await call(method, [], args)).toEqual(
        (js[method] as (...args: readonly unknown[]) => unknown)(...args),
      )
    expect(await call('random', [], [70_000])).toHaveLength(70_000)
  })

  describe.each(variants)('%s', (_name, without) => {
    it('AEAD, both ways', async () => {
      await exchangeAead(remote(without), js)
      await exchangeAead(js, remote(without))
    })
    it('KEM, both ways', async () => {
      await exchangeKem(remote(without), js)
      await exchangeKem(js, remote(without))
    })
    it('signatures, both ways', async () => {
      await exchangeSignatures(remote(without), js)
      await exchangeSignatures(js, remote(without))
    })
  })
})
