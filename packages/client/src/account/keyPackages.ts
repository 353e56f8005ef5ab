import {
  decode,
  decodeKeyPackage,
  hybridSuiteId,
  type KeyPackageBundle,
  keyPackageRef,
  makeKeyPackage,
  type Provider,
  suiteOf,
} from '@sotto/mls'
import {
  blob,
  boolean,
  decodeAs,
  encodeAs,
  limits,
  operations,
  SottoError,
  struct,
  toHex,
  uint,
} from '@sotto/protocol'
import {
  type AccountState,
  buildLeafCredential,
  type DeviceSigner,
  lastResortExtension,
  leafCapabilities,
} from '@sotto/trust'
import { within } from '../room/keys.ts'
import type { Change, Row, Store } from '../ports/store.ts'
import type { Call } from './contacts.ts'

/** The device for which leaves are made. */
export interface LeafOwner {
  readonly provider: Provider
  readonly signer: DeviceSigner
  readonly device: Uint8Array
  readonly account: AccountState
}

/**
 * The pool of key packages (protocol §10): others take them from the server while this device is away. The private
 * parts are stored before the public ones leave, and deleted when a room has been joined with them.
 */
export interface KeyPackagePool {
  /** Fills the server's stock up where it is low. `afresh`: what is there is of no use, all of it is replaced. */
  replenish(owner: LeafOwner, nowS: number, afresh?: boolean): Promise<void>
  /** Those of the key packages, named by their refs, whose private parts are here. */
  bundles(refs: readonly Uint8Array[]): Promise<readonly StoredBundle[]>
}

export interface StoredBundle {
  readonly bundle: KeyPackageBundle
  /** Handed out when the pool was empty; may be used again. */
  readonly lastResort: boolean
  /** Forgets the private parts. */
  readonly used: readonly Change[]
}

const folder = 'keypackage/'
const dayS = 86_400
const lifetimeS = limits.keyPackageLifetimeDaysMax * dayS
const lastResortRenewS = 7 * dayS
const rowsMax = 1000
/** Private parts of one-time key packages on this device; more are made only while publishing fails. */
const keptMax = 4 * limits.keyPackagesOneTime
/** A clock that is a little behind that of others must not make a key package begin in their future. */
const backdateS = 3600

const row = struct({
  bytes: blob(limits.keyPackageBytesMax),
  init: blob(4096),
  encryption: blob(4096),
  signature: blob(128),
  madeS: uint(),
  lastResort: boolean,
})

const suite = suiteOf(hybridSuiteId)

export const keyPackagePool = (store: Store, provider: Provider, call: Call): KeyPackagePool => {
  const refOf = (bundle: KeyPackageBundle): string =>
    toHex(keyPackageRef({ provider, suite }, bundle.keyPackage))

  const storing = (bundle: KeyPackageBundle, madeS: number, lastResort: boolean): Change => ({
    kind: 'put',
    key: `${folder}${refOf(bundle)}`,
    value: encodeAs(row, {
      bytes: bundle.bytes,
      init: bundle.initPrivateKey,
      encryption: bundle.encryptionPrivateKey,
      signature: bundle.signaturePrivateKey,
      madeS,
      lastResort,
    }),
  })

  return {
    replenish: async (owner, nowS, afresh = false) => {
      const stored = (await store.range(folder, within(folder).to, { limit: rowsMax })).map(readBundle)
      const expired = stored.filter(({ madeS }) => madeS + lifetimeS < nowS)
      if (expired.length > 0) await store.commit(expired.map(({ key }) => ({ kind: 'delete', key })))

      const kept = stored.filter(({ lastResort, madeS }) => !lastResort && madeS + lifetimeS >= nowS)
      const stock = await call(operations.countKeyPackages, {})
      // The server hands out what nobody here has the keys to any more: this device has been set back, or damaged.
      const replace = afresh || stock.remaining > kept.length
      const remaining = replace ? 0 : stock.remaining
      const wanted = remaining < limits.keyPackagesRefillBelow ? limits.keyPackagesOneTime - remaining : 0
      const isFresh = stored.some(({ lastResort, madeS }) => lastResort && madeS + lastResortRenewS > nowS)
      const renewLastResort = replace || !stock.lastResort || !isFresh
      if (wanted === 0 && !renewLastResort) return

      // What was made and did not reach the server, or what nobody has joined with: the newest are kept.
      const spare = kept.toSorted((a, b) => a.madeS - b.madeS).slice(0, Math.max(0, kept.length - keptMax))
      if (spare.length > 0) await store.commit(spare.map(({ key }) => ({ kind: 'delete', key })))
      const oneTime: KeyPackageBundle[] = []
      for (let i = 0; i < wanted; i++) oneTime.push(await makeBundle(owner, nowS, false))
      const lastResort = renewLastResort ? await makeBundle(owner, nowS, true) : null
      await store.commit([
        ...oneTime.map((bundle) => storing(bundle, nowS, false)),
        ...(lastResort ? [storing(lastResort, nowS, true)] : []),
      ])
      await call(operations.publishKeyPackages, {
        oneTime: oneTime.map(({ bytes }) => bytes),
        lastResort: lastResort && lastResort.bytes,
        replace,
      })
    },

    bundles: async (refs) => {
      const rows = await Promise.all(
        refs.map(async (ref): Promise<readonly Row[]> => {
          const key = `${folder}${toHex(ref)}`
          const value = await store.get(key)
          return value ? [{ key, value }] : []
        }),
      )
      return rows.flat().map((found) => {
        const { key, bundle, lastResort } = readBundle(found)
        return { bundle, lastResort, used: lastResort ? [] : [{ kind: 'delete', key }] }
      })
    },
  }
}

const readBundle = ({ key, value }: Row) => {
  try {
    const { bytes, init, encryption, signature, madeS, lastResort } = decodeAs(row, value)
    const bundle: KeyPackageBundle = {
      keyPackage: decode(decodeKeyPackage, bytes),
      bytes,
      initPrivateKey: init,
      encryptionPrivateKey: encryption,
      signaturePrivateKey: signature,
    }
    return { key, bundle, madeS, lastResort }
  } catch {
    throw new SottoError('storage_damaged')
  }
}

/** A key package with a leaf key of its own: leaves of two rooms have nothing in common but their device. */
const makeBundle = async (owner: LeafOwner, nowS: number, lastResort: boolean): Promise<KeyPackageBundle> => {
  const { credential, signatureKeyPair } = await makeLeaf(owner, nowS)
  return makeKeyPackage(
    { provider: owner.provider, suite },
    {
      credential,
      signatureKeyPair,
      capabilities: leafCapabilities(),
      notBefore: BigInt(nowS - backdateS),
      notAfter: BigInt(nowS - backdateS + lifetimeS),
      extensions: lastResort ? [lastResortExtension()] : [],
    },
  )
}

/** A fresh leaf key with the credential that binds it to this device (protocol §4). */
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
