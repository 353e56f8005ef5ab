import { describe, it } from 'vitest'
import { nodeProvider } from '@sotto/mls/provider/node'
import { memoryKeys, openMemoryKeychain } from '../src/memory/keychain.ts'
import { memoryDisk, openMemoryStore } from '../src/memory/store.ts'
import { keychainContract } from './contracts/keychain.ts'
import { storeContract } from './contracts/store.ts'

const provider = nodeProvider()

describe('the memory store keeps the contract of stores', () => {
  for (const { title, run } of storeContract)
    it(title, async () => {
      const disk = memoryDisk()
      await run({ open: () => openMemoryStore(disk) })
    })
})

describe('the memory keychain keeps the contract of keychains', () => {
  for (const { title, run } of keychainContract)
    it(title, async () => {
      const keys = memoryKeys()
      await run({
        open: async () => openMemoryKeychain(provider, keys),
        verify: async (publicKey, message, signature) =>
          provider.verify('Ed25519', publicKey, message, signature),
      })
    })
})
