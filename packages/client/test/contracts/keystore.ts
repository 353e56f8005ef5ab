import type { Keystore } from '../../adapters/node/keys/keystore.ts'
import { assertEqual, type ContractCase } from './contract.ts'

/** A keystore as each program of a user opens it. */
export interface KeystorePlace {
  open(): Promise<Keystore>
  /** An id that nobody has used. */
  newId(): string
}

export const keystoreContract: readonly ContractCase<KeystorePlace>[] = [
  {
    title: 'what was never written is not there, and removing it is no failure',
    run: async (place) => {
      const keystore = await place.open()
      const id = place.newId()
      assertEqual(await keystore.read(id), undefined, 'read')
      await keystore.remove(id)
    },
  },
  {
    title: 'what was written is there for the next program, under its id alone, until it is removed',
    run: async (place) => {
      const [one, other] = [place.newId(), place.newId()]
      const text = 'x'.repeat(500)
      const keystore = await place.open()
      await keystore.write(one, text)
      await keystore.write(other, 'of the other')
      const next = await place.open()
      assertEqual(await next.read(one), text, 'read by the next')
      await next.write(one, 'another')
      assertEqual(await keystore.read(one), 'another', 'written over')
      await next.remove(one)
      assertEqual(await keystore.read(one), undefined, 'removed')
      assertEqual(await keystore.read(other), 'of the other', 'the other')
      await keystore.remove(other)
    },
  },
]
