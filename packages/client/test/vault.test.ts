import { decodeCanonical } from '@sotto/protocol'
import { expect, it } from 'vitest'
import { makeRootSlot } from '../src/account/vault.ts'
import { kdf } from '../src/content/kdf.ts'
import { open } from '../src/seal/index.ts'
import { provider } from './room/people.ts'

const root = {
  account: provider.random(32),
  exportKey: provider.random(64),
  identityKey: provider.random(32),
}

it('CON-4: the root slot of the vault opens to whoever has the password, for its account and counter alone', async () => {
  const slot = await makeRootSlot({ provider, ...root })
  const [version, counter, wraps] = decodeCanonical(slot) as [number, number, [[string, Uint8Array]]]
  expect([version, counter, wraps.map(([by]) => by)]).toEqual([1, 1, ['password']])
  const [[, sealed]] = wraps
  const openWith = (exportKey: Uint8Array, account: Uint8Array, count: number): Promise<Uint8Array> =>
    open(provider, kdf(provider, exportKey, 'vault', account), 'vault-root', [account, count], sealed)
  expect(await openWith(root.exportKey, root.account, counter)).toEqual(root.identityKey)
  await expect(openWith(provider.random(64), root.account, counter)).rejects.toThrow()
  await expect(openWith(root.exportKey, provider.random(32), counter)).rejects.toThrow()
  await expect(openWith(root.exportKey, root.account, counter + 1)).rejects.toThrow()
})
