import { equalBytes, SottoError } from '@sotto/protocol'
import type { MarkedLog, Marker } from './marker.ts'
import type { Parts } from './parts.ts'

/** What the database says of itself. */
export interface Identity {
  readonly store: Uint8Array
  readonly secrets: Uint8Array
  readonly generation: number
  /** When the generation was counted. */
  readonly timeMs: number
  /** The server has ended, and all that it had is in the file itself. */
  readonly closed: boolean
}

/** `found`: there is nothing yet, or nothing that was served. */
export type Beginning = 'found' | 'open'

/**
 * What is wrong, and whether an operator who knows may go on with it. Nothing of the data is changed by a refusal.
 */
interface Fault {
  readonly what: string
  readonly help: string
  readonly canBeAccepted: boolean
}

const parts = 'sotto.db, sotto.db-wal where there was one, secrets/ and marker'
const restore = `Put back the whole copy as it was made: ${parts}`
const accept =
  'To go on with what is here, and without what is missing, start it once with --data-is-right (npm start -- --data-is-right)'

const acceptable = (what: string, help = restore): Fault => ({ what, help, canBeAccepted: true })
const hopeless = (what: string, help = restore): Fault => ({ what, help, canBeAccepted: false })

const list = (names: readonly string[]): string => names.join(', ')

/** What is wrong with the files, before any of them is opened. */
const faultOfParts = (found: Parts, marker: Marker): Fault | undefined => {
  const { database, besides, secretsThere, secretsMissing } = found
  switch (database.kind) {
    case 'missing':
    case 'empty': {
      if (marker.kind === 'founding') return undefined
      const what =
        database.kind === 'missing' ? 'the database sotto.db is missing' : 'the database sotto.db is empty'
      if (besides.length > 0)
        return hopeless(
          `${what}, and ${list(besides)} says that there was one`,
          `${restore}. For a new server, name a directory that does not exist yet`,
        )
      const witnesses = [
        ...(secretsThere.length > 0 ? ['secrets/'] : []),
        ...(marker.kind === 'missing' ? [] : ['marker']),
      ]
      if (witnesses.length > 0 || database.kind === 'empty')
        return acceptable(
          witnesses.length > 0 ? `${what}, but ${list(witnesses)} of a server is there` : what,
          `${restore}. For a new server, name a directory that does not exist yet`,
        )
      const [inner] = found.inside
      // A copy that was put into a directory instead of into its place: a server that begins anew would hide it.
      return inner === undefined
        ? undefined
        : acceptable(
            `there is no database in it, but one in its folder ${inner}`,
            `Name that folder, or move what is in it here. For a new server, name a directory that does not exist yet`,
          )
    }
    case 'foreign':
      return hopeless('sotto.db is no database, or its beginning is damaged')
    case 'cut':
      return hopeless(
        `the database sotto.db is cut off: it has ${database.bytes} of ${database.wantedBytes} bytes`,
      )
    case 'database':
      return secretsMissing.length > 0 && marker.kind !== 'founding'
        ? hopeless(
            `secrets/ lacks ${list(secretsMissing)}, with which the database was written`,
            'Put back secrets/ from the same copy as the database',
          )
        : undefined
  }
}

const salt = (salts: Uint8Array): number => new DataView(salts.buffer, salts.byteOffset).getUint32(0)

/** So often a log may have begun anew since the mark: under load, some times between two marks. */
const restartsMax = 4096

/** How often the log has begun anew since it was marked; undefined for one that does not come of the marked one. */
const restartsSince = (wal: Uint8Array, salts: Uint8Array): number | undefined => {
  const restarts = (salt(wal) - salt(salts) + 2 ** 32) % 2 ** 32
  if (restarts === 0) return equalBytes(wal, salts) ? 0 : undefined
  return restarts <= restartsMax ? restarts : undefined
}

const isLogOf = (wal: Uint8Array, log: MarkedLog): boolean => {
  switch (log.kind) {
    case 'any':
      return true
    case 'none':
      return false
    case 'one':
      return restartsSince(wal, log.salts) !== undefined
  }
}

const foreignLog = hopeless(
  'sotto.db-wal is of another database, or of another time of this one',
  `${restore}. If it was put here by mistake, move sotto.db-wal away`,
)

const faultOfLog = ({ wal, database }: Parts, marker: Marker): Fault | undefined =>
  database.kind === 'database' && wal && marker.kind === 'mark' && !isLogOf(wal, marker.mark.log)
    ? foreignLog
    : undefined

const when = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')

/** What the database says of itself: as it is, and its file without the log, as far as that can be read. */
export interface Said {
  readonly whole: Identity | undefined
  readonly fileAlone: Identity | undefined
}

/** A log was laid over a file that is not its own. */
const isLaidOver = ({ whole, fileAlone }: Said, marker: Marker, wal: Uint8Array | null): boolean => {
  if (!fileAlone) return false
  const isBeginning = marker.kind === 'mark' && marker.mark.log.kind === 'any'
  return (
    !whole ||
    !equalBytes(fileAlone.store, whole.store) ||
    (fileAlone.closed && !isBeginning) ||
    (wal !== null && fileAlone.generation < generationBelow(marker, wal))
  )
}

/** What the file has to have for the log to be one that was written over it: a log begins anew over a whole file. */
const generationBelow = (marker: Marker, wal: Uint8Array): number => {
  if (marker.kind !== 'mark' || marker.mark.log.kind !== 'one') return 0
  const { fileGeneration, generation, log } = marker.mark
  return restartsSince(wal, log.salts) === 0 ? fileGeneration : generation
}

/** @param secrets print of those that are there */
const faultOfIdentity = (
  said: Said,
  marker: Marker,
  secrets: Uint8Array,
  wal: Uint8Array | null,
): Fault | undefined => {
  const { whole: identity } = said
  if (isLaidOver(said, marker, wal)) return foreignLog
  if (identity && !equalBytes(identity.secrets, secrets)) {
    const isWithMarker = marker.kind === 'mark' && equalBytes(marker.mark.secrets, secrets)
    return hopeless(
      isWithMarker
        ? 'sotto.db is the database of another server than secrets/ and marker'
        : 'secrets/ is of another server than the database sotto.db',
    )
  }
  switch (marker.kind) {
    case 'founding':
      return undefined
    case 'missing':
    case 'damaged':
      // Data of before have neither; and what has been closed is whole in itself.
      return !identity || identity.closed
        ? undefined
        : acceptable(
            `marker is ${marker.kind}, so nobody can tell whether the database sotto.db has all that was stored`,
          )
    case 'mark': {
      const { mark } = marker
      if (identity && !equalBytes(identity.store, mark.store))
        return acceptable('marker is of another database than sotto.db')
      if (!identity)
        // Generation 0: the start that was to give a database of before its name was cut off.
        return mark.generation === 0
          ? undefined
          : acceptable(
              `the database sotto.db is older than its marker, which was made at ${when(mark.timeMs)} UTC`,
            )
      return identity.generation < mark.generation
        ? acceptable(
            `the database sotto.db is of ${when(identity.timeMs)} UTC, and its marker has seen it at ` +
              `${when(mark.timeMs)} UTC: what was stored in between is missing, as when sotto.db-wal was not copied`,
          )
        : undefined
    }
  }
}

const refuse = (directory: string, { what, help, canBeAccepted }: Fault): never => {
  throw new SottoError(
    'unavailable',
    `the data in ${directory} do not belong together: ${what}. ${help}${canBeAccepted ? `. ${accept}` : ''}`,
  )
}

export interface BelongingOptions {
  readonly directory: string
  /** The operator knows that something is missing. */
  readonly isAccepted: boolean
}

/**
 * Whether a server may be begun with these files, and how.
 *
 * @throws SottoError `unavailable` with what is wrong and what to do
 */
export const judgeParts = (
  { directory, isAccepted }: BelongingOptions,
  found: Parts,
  marker: Marker,
): Beginning => {
  const fault = faultOfParts(found, marker) ?? faultOfLog(found, marker)
  if (fault && !(fault.canBeAccepted && isAccepted)) refuse(directory, fault)
  const hasDatabase = found.database.kind === 'database'
  return hasDatabase && marker.kind !== 'founding' ? 'open' : 'found'
}

/**
 * Whether the database belongs to its secrets and has come as far as its marker.
 *
 * @throws SottoError `unavailable` with what is wrong and what to do
 */
export const judgeIdentity = (
  { directory, isAccepted }: BelongingOptions,
  said: Said,
  marker: Marker,
  secrets: Uint8Array,
  { wal }: Pick<Parts, 'wal'>,
): void => {
  const fault = faultOfIdentity(said, marker, secrets, wal)
  if (fault && !(fault.canBeAccepted && isAccepted)) refuse(directory, fault)
}
