import {
  decode,
  decodeKeyPackage,
  hybridSuiteId,
  type KeyPackageBundle,
  keyPackageRef,
  MlsError,
  type Provider,
  readMessage,
  suiteOf,
} from '@sotto/mls'
import { blob, boolean, decodeAs, encodeAs, limits, struct, toHex, uint } from '@sotto/protocol'
import { readableAt, readableRows } from '../database/readings.ts'
import type { Change, Row, Store } from '../ports/store.ts'
import { within } from '../room/keys.ts'
import { backdateS, keyPackageLifetimeS, type LeafOwner, makeBundle } from './leafMaking.ts'

const folder = 'keypackage/'

export const keyPackageRow = struct({
  bytes: blob(limits.keyPackageBytesMax),
  init: blob(4096),
  encryption: blob(4096),
  signature: blob(128),
  madeS: uint(),
  lastResort: boolean,
  /** An invitation that waits for its user was made with it. */
  reserved: boolean,
})

/** A key package with its private parts. */
export interface Stored {
  readonly bundle: KeyPackageBundle
  readonly madeS: number
  readonly lastResort: boolean
  readonly reserved: boolean
}

/** One that is on this device. */
export interface Kept extends Stored {
  readonly key: string
}

const suite = suiteOf(hybridSuiteId)

/** Where its private parts lie on this device. */
export const keyOf = (provider: Provider, bundle: KeyPackageBundle): string =>
  `${folder}${toHex(keyPackageRef({ provider, suite }, bundle.keyPackage))}`

export const storing = (provider: Provider, { bundle, madeS, lastResort, reserved }: Stored): Change => ({
  kind: 'put',
  key: keyOf(provider, bundle),
  value: encodeAs(keyPackageRow, {
    bytes: bundle.bytes,
    init: bundle.initPrivateKey,
    encryption: bundle.encryptionPrivateKey,
    signature: bundle.signaturePrivateKey,
    madeS,
    lastResort,
    reserved,
  }),
})

/**
 * Nothing where it cannot be read: its private parts are lost, others are published in its place, and whoever was invited
 * with it comes in all the same (`cameKeyless`). The row stays, in case the disk can be read again.
 */
const readBundle = ({ key, value }: Row): readonly Kept[] => {
  try {
    const { bytes, init, encryption, signature, ...rest } = decodeAs(keyPackageRow, value)
    const bundle: KeyPackageBundle = {
      keyPackage: decode(decodeKeyPackage, bytes),
      bytes,
      initPrivateKey: init,
      encryptionPrivateKey: encryption,
      signaturePrivateKey: signature,
    }
    return [{ key, bundle, ...rest }]
  } catch {
    return []
  }
}

export const keptAll = async (store: Store): Promise<readonly Kept[]> =>
  (await readableRows(store, within(folder))).flatMap(readBundle)

/** The key packages that a Welcome was made with. */
const refsIn = (welcome: Uint8Array): readonly Uint8Array[] => {
  try {
    const header = readMessage(welcome)
    return header.kind === 'welcome' ? header.newMembers : []
  } catch (error) {
    // Whoever sends rubbish must not keep this device from its other invitations.
    if (error instanceof MlsError) return []
    throw error
  }
}

/** Those of the key packages that a Welcome was made with, as far as they are here. */
export const keptFor = async (store: Store, welcome: Uint8Array): Promise<readonly Kept[]> => {
  const keys = refsIn(welcome).map((ref) => `${folder}${toHex(ref)}`)
  const values = await Promise.all(keys.map((key) => readableAt(store, key)))
  return keys.flatMap((key, at) => {
    const value = values[at]
    return value ? readBundle({ key, value }) : []
  })
}

export const makeStored = async (owner: LeafOwner, madeS: number, lastResort: boolean): Promise<Stored> => ({
  bundle: await makeBundle(owner, madeS, lastResort),
  madeS,
  lastResort,
  reserved: false,
})

/** What was made under a clock that ran ahead begins in everybody's future. */
export const isUsableAt = ({ madeS }: Pick<Stored, 'madeS'>, nowS: number): boolean =>
  madeS - backdateS <= nowS && nowS <= madeS + keyPackageLifetimeS

/** All but the `most` that were made last. */
export const oldest = <T extends { readonly madeS: number }>(
  bundles: readonly T[],
  most: number,
): readonly T[] => bundles.toSorted((a, b) => a.madeS - b.madeS).slice(0, Math.max(0, bundles.length - most))
