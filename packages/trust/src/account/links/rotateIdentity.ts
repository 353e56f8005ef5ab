import { equalBytes, publicKey } from '@sotto/protocol'
import { accepted, refused } from '../../verdict.ts'
import { keysOf } from './keys.ts'
import { byIdentity, type LinkKind } from './linkKind.ts'

export const rotateIdentityFields = { identityKey: publicKey }

export const rotateIdentity: LinkKind<{ readonly identityKey: Uint8Array }> = {
  signersOf: (before, { identityKey }) => [[byIdentity(before), [identityKey, 'chain-successor']]],
  step: (before, { identityKey }) => {
    if (keysOf(before).some((key) => equalBytes(key, identityKey))) return refused('CHAIN-10')
    return accepted({ ...before, identityKey, identityKeys: [...before.identityKeys, identityKey] })
  },
}
