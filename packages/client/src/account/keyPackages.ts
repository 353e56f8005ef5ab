import {
  decode,
  decodeKeyPackage,
  hybridSuiteId,
  type KeyPackageBundle,
  keyPackageRef,
  makeKeyPackage,
  MlsError,
  type Provider,
  readMessage,
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
import { isTransient } from '../transient.ts'
import type { ClientLimits } from '../limits.ts'
import { within } from '../room/keys.ts'
import { mayBeMore } from '../room/waiting.ts'
import { readableAt, readableRows } from '../database/readings.ts'
import type { Change, Row, Store } from '../ports/store.ts'
import type { Call } from './contacts.ts'

/** The device for which leaves are made. */
export interface LeafOwner {
  readonly provider: Provider
  readonly signer: DeviceSigner
  readonly device: Uint8Array
  readonly account: AccountState
}

/** In seconds since 1970. */
export interface PoolTime {
  /** The server's clock, by which key packages are made and judged. */
  readonly nowS: number
  /** The clock of this machine. What both say is over is over: one that leaps must not cost all private parts. */
  readonly localS: number
}

/**
 * The pool of key packages (DEL-9, CL-18): others take them from the server while this device is away. The private
 * parts are stored before the public ones leave, and deleted when a room has been joined with them.
 */
export interface KeyPackagePool {
  /** Fills the server's stock up where it is low. `afresh`: what is there is of no use, all of it is replaced. */
  replenish(owner: LeafOwner, time: PoolTime, afresh?: boolean): Promise<void>
  /** An invitation waits for its user: the private parts that its Welcome was made with are kept for longer. */
  reserve(welcome: Uint8Array): Promise<void>
  /** Those of the key packages that a Welcome was made with, whose private parts are here. */
  bundles(welcome: Uint8Array): Promise<readonly StoredBundle[]>
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
/** Private parts of one-time key packages on this device, per one on the server; more are made only while publishing fails. */
const keptPerPublished = 4
/**
 * Private parts on this device in all, per one-time key package on the server, whatever a server says that they wait for. Of
 * more, the oldest go: to a room that was waiting with one of them its user comes all the same, without keys (`acceptWithoutKeys`).
 */
const storedPerPublished = 32
/** An invitation waits for as long as a leaf may live; then its key package is of no use to anybody. */
const reservedS = limits.leafLifetimeDaysMax * dayS
/** Last resorts that others may still have in hand. */
const lastResortsKept = 8
/** A clock that is a little behind that of others must not make a key package begin in their future. */
const backdateS = 3600

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

const suite = suiteOf(hybridSuiteId)

export const keyPackagePool = (
  store: Store,
  provider: Provider,
  call: Call,
  { keyPackagesOneTime, keyPackagesRefillBelow }: ClientLimits,
): KeyPackagePool => {
  const keptMax = keptPerPublished * keyPackagesOneTime
  const storedMax = storedPerPublished * keyPackagesOneTime
  /**
   * What was made and sent, and nobody knows whether the server has it: the same is sent again. A refusal changes
   * nothing about that, for anything between may refuse, and private parts that are gone do not come back.
   */
  let unconfirmed: readonly Stored[] = []
  const refOf = (bundle: KeyPackageBundle): string =>
    toHex(keyPackageRef({ provider, suite }, bundle.keyPackage))

  const storing = ({ bundle, madeS, lastResort, reserved }: Stored) => ({
    kind: 'put' as const,
    key: `${folder}${refOf(bundle)}`,
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
  const rowsOf = async (refs: readonly Uint8Array[]): Promise<readonly Row[]> => {
    const keys = refs.map((ref) => `${folder}${toHex(ref)}`)
    const values = await Promise.all(keys.map((key) => readableAt(store, key)))
    return keys.flatMap((key, at) => {
      const value = values[at]
      return value ? [{ key, value }] : []
    })
  }

  const readAll = async (): Promise<readonly Kept[]> =>
    (await readableRows(store, within(folder))).flatMap(readBundle)

  const reserve = async (welcome: Uint8Array): Promise<void> => {
    const rows = (await rowsOf(refsIn(welcome))).flatMap(readBundle).filter(({ reserved }) => !reserved)
    if (rows.length > 0) await store.commit(rows.map((found) => storing({ ...found, reserved: true })))
  }

  /** Those of which it is known whether the server has them. */
  const confirmed = (kept: readonly Kept[]): readonly Kept[] => {
    const waiting = new Set(unconfirmed.map(({ bundle }) => `${folder}${refOf(bundle)}`))
    return kept.filter(({ key }) => !waiting.has(key))
  }

  /** What is more than there may be, whoever needs it. */
  const excess = (kept: readonly Kept[]): readonly Kept[] => oldest(confirmed(kept), storedMax)

  /**
   * Deletes private parts that nobody needs any more. An invitation needs its own, and may wait on the server without
   * this device having heard of it; so the server is asked first, and where it does not answer nothing is deleted.
   *
   * @returns what is left
   */
  const forget = async (unneeded: (kept: readonly Kept[]) => readonly Kept[]): Promise<readonly Kept[]> => {
    const before = await readAll()
    if (unneeded(before).length === 0 && excess(before).length === 0) return before
    const { welcomes } = await call(operations.listWelcomes, {})
    for (const { welcome } of welcomes) await reserve(welcome)
    const kept = await readAll()
    // Those that are not listed need theirs, too.
    const free = mayBeMore(welcomes) ? [] : unneeded(kept)
    const gone = new Set([...free, ...excess(kept)])
    if (gone.size > 0) await store.commit([...gone].map(({ key }) => ({ kind: 'delete', key })))
    return kept.filter((one) => !gone.has(one))
  }

  /** What was made and did not reach the server, or what nobody has joined with: the newest are kept. */
  const spare = (kept: readonly Kept[]): readonly Kept[] => {
    const free = confirmed(kept).filter(({ reserved }) => !reserved)
    return [
      ...oldest(
        free.filter(({ lastResort }) => !lastResort),
        keptMax,
      ),
      ...oldest(
        free.filter(({ lastResort }) => lastResort),
        lastResortsKept,
      ),
    ]
  }

  return {
    replenish: async (owner, { nowS, localS }, afresh = false) => {
      const surelyS = Math.min(nowS, localS)
      const isOver = ({ madeS, reserved }: Kept): boolean =>
        madeS + lifetimeS + (reserved ? reservedS : 0) < surelyS
      const kept = await forget((all) => all.filter(isOver))
      const oneTimes = kept.filter(({ lastResort }) => !lastResort)
      const lastResorts = kept.filter(({ lastResort }) => lastResort)
      // What was made under a clock that ran ahead begins in everybody's future.
      const isUsable = ({ madeS }: { readonly madeS: number }): boolean =>
        madeS - backdateS <= nowS && nowS <= madeS + lifetimeS
      const stock = await call(operations.countKeyPackages, {})
      // The server hands out what nobody here has the keys to any more: this device has been set back, or damaged.
      const isForeign = stock.remaining > oneTimes.filter(isUsable).length
      // Or of what it has, too much may not be known here for long.
      const free = oneTimes.filter(({ reserved }) => !reserved)
      const replace = afresh || isForeign || free.length >= keptMax
      const remaining = replace ? 0 : stock.remaining
      const wanted = remaining < keyPackagesRefillBelow ? keyPackagesOneTime - remaining : 0
      const isFresh = lastResorts.some((one) => isUsable(one) && one.madeS + lastResortRenewS > nowS)
      const renewLastResort = replace || !stock.lastResort || !isFresh
      if (wanted === 0 && !renewLastResort) return

      await forget(spare)
      const sentBefore = afresh ? [] : unconfirmed.filter(isUsable)
      const oneTime = sentBefore.filter((one) => !one.lastResort).slice(0, wanted)
      const again = renewLastResort ? sentBefore.findLast((one) => one.lastResort) : undefined
      const fresh: Stored[] = []
      for (let i = oneTime.length; i < wanted; i++) fresh.push(await makeStored(owner, nowS, false))
      oneTime.push(...fresh)
      const made = renewLastResort && !again ? await makeStored(owner, nowS, true) : undefined
      if (made) fresh.push(made)
      const lastResort = again ?? made ?? null
      if (fresh.length > 0) await store.commit(fresh.map(storing))
      unconfirmed = [...oneTime, ...(lastResort ? [lastResort] : [])]
      try {
        await call(operations.publishKeyPackages, {
          oneTime: oneTime.map(({ bundle }) => bundle.bytes),
          lastResort: lastResort && lastResort.bundle.bytes,
          replace,
        })
        unconfirmed = []
      } catch (error) {
        // What is not as it should be is not sent again; others take its place.
        if (error instanceof SottoError && !isTransient(error)) unconfirmed = []
        throw error
      }
    },

    reserve,

    bundles: async (welcome) =>
      (await rowsOf(refsIn(welcome))).flatMap(readBundle).map(({ key, bundle, lastResort }) => ({
        bundle,
        lastResort,
        used: lastResort ? [] : [{ kind: 'delete', key }],
      })),
  }
}

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

/** All but the `most` that were made last. */
const oldest = <T extends { readonly madeS: number }>(bundles: readonly T[], most: number): readonly T[] =>
  bundles.toSorted((a, b) => a.madeS - b.madeS).slice(0, Math.max(0, bundles.length - most))

interface Stored {
  readonly bundle: KeyPackageBundle
  readonly madeS: number
  readonly lastResort: boolean
  readonly reserved: boolean
}

interface Kept extends Stored {
  readonly key: string
}

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

const makeStored = async (owner: LeafOwner, madeS: number, lastResort: boolean): Promise<Stored> => ({
  bundle: await makeBundle(owner, madeS, lastResort),
  madeS,
  lastResort,
  reserved: false,
})

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
