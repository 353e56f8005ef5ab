import type { Keychain } from '../../src/ports/keychain.ts'
import { assertEqual, assertFailure, type ContractCase } from './contract.ts'

/** One place for the keys of a device, empty at first. */
export interface KeychainPlace {
  open(): Promise<Keychain>
  /** Ed25519 by anything but the keychain itself. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>
}

const message = Uint8Array.of(1, 2, 3)

export const keychainContract: readonly ContractCase<KeychainPlace>[] = [
  {
    title: 'the signer signs as its public key says, and stays the same',
    run: async (place) => {
      const signer = await (await place.open()).signer()
      const again = await (await place.open()).signer()
      assertEqual(again.publicKey, signer.publicKey, 'public key')
      assertEqual(signer.publicKey.length, 32, 'length of the public key')
      const signature = await again.sign(message)
      assertEqual(await place.verify(signer.publicKey, message, signature), true, 'the signature')
      assertEqual(await place.verify(signer.publicKey, Uint8Array.of(9), signature), false, 'another message')
    },
  },
  {
    title: 'what is sealed opens in its place, also for the next opener, and is never the same twice',
    run: async (place) => {
      const keychain = await place.open()
      const sealed = await keychain.seal('a', message)
      assertEqual(await keychain.open('a', sealed), message, 'opened')
      assertEqual(await (await place.open()).open('a', sealed), message, 'opened by the next')
      const again = await keychain.seal('a', message)
      assertEqual(
        again.every((byte, i) => byte === sealed[i]),
        false,
        'sealed twice alike',
      )
      assertEqual(
        await keychain.open('b', await keychain.seal('b', new Uint8Array())),
        new Uint8Array(),
        'empty',
      )
    },
  },
  {
    title: 'what was changed, cut short or moved does not open',
    run: async (place) => {
      const keychain = await place.open()
      const sealed = await keychain.seal('a', message)
      await assertFailure(keychain.open('b', sealed), 'storage_damaged', 'another place')
      await assertFailure(keychain.open('a', sealed.subarray(0, 10)), 'storage_damaged', 'cut short')
      await assertFailure(keychain.open('a', new Uint8Array()), 'storage_damaged', 'empty')
      for (const at of [0, Math.floor(sealed.length / 2), sealed.length - 1]) {
        const changed = Uint8Array.from(sealed, (byte, i) => (i === at ? byte ^ 1 : byte))
        await assertFailure(keychain.open('a', changed), 'storage_damaged', `byte ${at} changed`)
      }
    },
  },
  {
    title: 'after destroying nothing opens any more and the next signer is another',
    run: async (place) => {
      const keychain = await place.open()
      const { publicKey } = await keychain.signer()
      const sealed = await keychain.seal('a', message)
      await keychain.destroy()
      const next = await place.open()
      await assertFailure(next.open('a', sealed), 'storage_damaged', 'what was sealed before')
      const fresh = await next.signer()
      assertEqual(
        fresh.publicKey.every((byte, i) => byte === publicKey[i]),
        false,
        'the same signer',
      )
    },
  },
]
