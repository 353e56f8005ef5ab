import { hybridSuiteId, type KeyPackageBundle, makeKeyPackage, type Provider, suiteOf } from '@sotto/mls'
import { limits } from '@sotto/protocol'
import {
  type AccountState,
  buildLeafCredential,
  type DeviceSigner,
  lastResortExtension,
  leafCapabilities,
} from '@sotto/trust'

/** The device for which leaves are made. */
export interface LeafOwner {
  readonly provider: Provider
  readonly signer: DeviceSigner
  readonly device: Uint8Array
  readonly account: AccountState
}

const suite = suiteOf(hybridSuiteId)
const dayS = 86_400
/** How long a key package can be used. */
export const keyPackageLifetimeS = limits.keyPackageLifetimeDaysMax * dayS
/** A clock that is a little behind that of others must not make a key package begin in their future. */
export const backdateS = 3600

/** A key package with a leaf key of its own: leaves of two rooms have nothing in common but their device. */
export const makeBundle = async (
  owner: LeafOwner,
  nowS: number,
  lastResort: boolean,
): Promise<KeyPackageBundle> => {
  const { credential, signatureKeyPair } = await makeLeaf(owner, nowS)
  return makeKeyPackage(
    { provider: owner.provider, suite },
    {
      credential,
      signatureKeyPair,
      capabilities: leafCapabilities(),
      notBefore: BigInt(nowS - backdateS),
      notAfter: BigInt(nowS - backdateS + keyPackageLifetimeS),
      extensions: lastResort ? [lastResortExtension()] : [],
    },
  )
}

/** A fresh leaf key with the credential that binds it to this device (LEAF-7). */
export const makeLeaf = async ({ provider, signer, device, account }: LeafOwner, nowS: number) => {
  const signatureKeyPair = await provider.signatureGenerate('Ed25519')
  const credential = await buildLeafCredential(signer, {
    account: account.account,
    device,
    leafKey: signatureKeyPair.publicKey,
    chainSeq: account.seq,
    chainHead: account.head,
    notAfterS: nowS + limits.leafLifetimeDaysMax * dayS,
  })
  return { credential, signatureKeyPair }
}

/** For a room that this device makes itself. */
export const makeFounderBundle = (owner: LeafOwner, nowS: number): Promise<KeyPackageBundle> =>
  makeBundle(owner, nowS, false)
