import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../configuration.ts'
import { loadSecrets, type Secrets, secretBytes } from '../secrets.ts'
import { openStore, type Store } from '../store/openStore.ts'
import { type Identity, judgeIdentity, judgeParts } from './belonging.ts'
import { markOf } from './keeper.ts'
import { newStoreId, readMarker, writeFounding, writeMark } from './marker.ts'
import { databasePath, lookAtParts, secretsPrint } from './parts.ts'
import { peek } from './peek.ts'
import { beginUpdate, type UpdateNews } from './update.ts'

/** What a server has of its directory: they belong together. */
export interface Data {
  readonly directory: string
  readonly store: Store
  readonly secrets: Secrets
  /** What the database says of itself, for whoever keeps it. */
  readonly identity: Identity
  /** Migrations that it has just had; 0 where it is new. */
  readonly migrations: number
}

export interface OpenDataOptions {
  readonly directory: string
  readonly bytesMax: number | undefined
  /** The operator knows that parts are missing or older, and wants to go on with what is there. */
  readonly isAccepted: boolean
  readonly clock: Clock
  makeOpaqueSetup(): string
  /** Hears of an update of the data as it goes on. */
  tellUpdate?(news: UpdateNews): void
}

/** Of a database: what it says of itself, or will say if it is one of before. */
type Found =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'database'; readonly identity: Identity; readonly pending: number }

/**
 * Looks at the data, and changes nothing.
 *
 * @throws SottoError `unavailable` with what to do, when the parts do not belong together
 */
const find = (options: OpenDataOptions): Found => {
  const { directory, clock } = options
  const marker = readMarker(directory)
  const parts = lookAtParts(directory)
  if (judgeParts(options, parts, marker) === 'found') return { kind: 'nothing' }
  const { said, pending } = peek(databasePath(directory), parts.wal !== null)
  const secrets = secretsPrint(secretBytes(secretsIn(directory)))
  judgeIdentity(options, said, marker, secrets, parts)
  const isBegun = marker.kind === 'mark' && marker.mark.generation === 0
  const store = isBegun ? marker.mark.store : newStoreId()
  return { kind: 'database', identity: said.whole ?? unmarked(store, secrets, clock), pending }
}

/** A database that has not been marked yet. */
const unmarked = (store: Uint8Array, secrets: Uint8Array, clock: Clock): Identity => ({
  store,
  secrets,
  generation: 0,
  timeMs: clock.nowMs(),
  closed: false,
})

const secretsIn = (directory: string): string => join(directory, 'secrets')

/**
 * Opens the data of a server, or makes them at its first start. The order is what a crash between any two lines needs: what
 * is only begun says so, and is begun again.
 *
 * @throws SottoError `unavailable` with what to do, when the parts do not belong together
 * @throws Error of the file system or of SQLite
 */
export const openData = async (options: OpenDataOptions): Promise<Data> => {
  const { directory, bytesMax, clock, makeOpaqueSetup, tellUpdate = () => {} } = options
  const found = find(options)
  const migrations = found.kind === 'nothing' ? 0 : found.pending
  if (migrations > 0) await beginUpdate(directory, migrations, tellUpdate)
  if (found.kind === 'nothing') await writeFounding(directory)
  else await writeMark(directory, markOf(found.identity, 0, { kind: 'any' }))
  const secrets = await loadSecrets({
    directory: secretsIn(directory),
    mayCreate: found.kind === 'nothing',
    makeOpaqueSetup,
  })
  const print = secretsPrint(secretBytes(secretsIn(directory)))
  const identity = found.kind === 'nothing' ? unmarked(newStoreId(), print, clock) : found.identity
  const path = databasePath(directory)
  const store = await openStore({ path, ...(bytesMax === undefined ? {} : { bytesMax }) }, (step) =>
    tellUpdate({ kind: 'step', ...step }),
  )
  if (migrations > 0) tellUpdate({ kind: 'ended' })
  // Who has the database alone needs none; the look at it has made one.
  rmSync(`${path}-shm`, { force: true })
  return { directory, store, secrets, identity, migrations }
}
