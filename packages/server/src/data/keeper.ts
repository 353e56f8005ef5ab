import { statSync } from 'node:fs'
import type { Clock, ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import type { Identity } from './belonging.ts'
import { type Mark, type MarkedLog, writeMark } from './marker.ts'
import { databasePath, walSalts } from './parts.ts'

/** What the keeper of the data needs of the database. */
export interface KeptStore {
  /** Rows written since it was opened: it grows with everything that is stored. */
  changes(): Promise<number>
  identity(): Promise<Identity | undefined>
  identify(identity: Identity): Promise<void>
  /** Brings all of the log into the file; the log keeps its length, or none. */
  checkpoint(rest: 'kept' | 'none'): Promise<void>
  /** How much more it may hold by its own bound, in bytes. */
  roomBytes(): Promise<number>
  /** Nothing more is read or written: what it would answer could not be relied on. */
  shut(): void
}

/** How the file and the log stand to what the marker says. */
export interface Tide {
  /** `settled`: the file alone has everything. */
  readonly kind: 'settled' | 'moving'
  readonly changes: number
  readonly movedMs: number
  readonly markedMs: number
}

export type Tending = 'nothing' | 'mark' | 'settle'

/** What is to be done about the database, which has written `changes` rows by now. */
export const tend = (
  tide: Tide,
  changes: number,
  nowMs: number,
  { dataIdleMs, dataMarkMs }: Pick<ServerLimits, 'dataIdleMs' | 'dataMarkMs'>,
): Tending => {
  const hasMoved = changes !== tide.changes
  switch (tide.kind) {
    case 'settled':
      return hasMoved ? 'mark' : 'nothing'
    case 'moving':
      if (hasMoved) return nowMs - tide.markedMs >= dataMarkMs ? 'mark' : 'nothing'
      return nowMs - tide.movedMs >= dataIdleMs ? 'settle' : 'nothing'
  }
}

/** @param fileGeneration that the file has without its log, at least */
export const markOf = (
  { store, secrets, generation, timeMs }: Identity,
  fileGeneration: number,
  log: MarkedLog,
): Mark => ({ store, secrets, generation, timeMs, fileGeneration, log })

export interface Keeper {
  /** Looks after the data now; it is done by itself, too. */
  look(): Promise<void>
  /** Brings everything into the file, which then is whole in itself. Afterwards the store may be closed. */
  end(): Promise<void>
}

export interface KeeperOptions {
  readonly directory: string
  readonly store: KeptStore
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly log: EventLog
}

interface Place {
  readonly device: number
  readonly inode: number
}

const placeOf = (path: string): Place | undefined => {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && { device: found.dev, inode: found.ino }
}

const isSame = (one: Place, other: Place | undefined): boolean =>
  one.device === other?.device && one.inode === other.inode

/**
 * Keeps the parts of the data together while a server has them: the marker follows the database, the log is brought into
 * the file when nothing is written, and files that are taken away are noticed. What the marker says is stored in the
 * database first, so that a database behind its marker has lost something.
 */
export const keepData = async (options: KeeperOptions, identity: Identity): Promise<Keeper> => {
  const { directory, store, clock, limits, log } = options
  const path = databasePath(directory)
  let known = identity
  let fileGeneration = 0
  let tide: Tide = { kind: 'moving', changes: 0, movedMs: 0, markedMs: 0 }
  let isShut = false

  const count = async (closed: boolean): Promise<void> => {
    const next = { ...known, generation: known.generation + 1, timeMs: clock.nowMs(), closed }
    await store.identify(next)
    known = next
  }

  const mark = (written: MarkedLog): Promise<void> =>
    writeMark(directory, markOf(known, fileGeneration, written))

  const markWithLog = (): Promise<void> => {
    const salts = walSalts(path)
    return mark(salts ? { kind: 'one', salts } : { kind: 'any' })
  }

  const checkpoint = async (rest: 'kept' | 'none'): Promise<void> => {
    const { generation } = known
    await store.checkpoint(rest)
    fileGeneration = generation
  }

  const rise = async (nowMs: number): Promise<void> => {
    await count(false)
    await markWithLog()
    tide = { kind: 'moving', changes: await store.changes(), movedMs: nowMs, markedMs: nowMs }
  }

  const settle = async (nowMs: number): Promise<void> => {
    await count(false)
    const changes = await store.changes()
    await checkpoint('kept')
    await markWithLog()
    tide = { kind: 'settled', changes, movedMs: nowMs, markedMs: nowMs }
  }

  // First into the file: it must not say any more that it was closed.
  await count(false)
  await checkpoint('none')
  await rise(performance.now())
  const places = [path, `${path}-wal`].map((file) => [file, placeOf(file) as Place] as const)

  const check = (): void => {
    if (isShut || places.every(([file, place]) => isSame(place, placeOf(file)))) return
    // What is written from now on would be gone with the process.
    isShut = true
    store.shut()
    log.warn('data_moved', { help: 'data_moved' })
  }

  const work = async (): Promise<void> => {
    check()
    if (isShut) return
    const nowMs = performance.now()
    const changes = await store.changes()
    switch (tend(tide, changes, nowMs, limits)) {
      case 'nothing':
        if (changes !== tide.changes) tide = { ...tide, changes, movedMs: nowMs }
        return
      case 'mark':
        return rise(nowMs)
      case 'settle':
        return settle(nowMs)
    }
  }

  let working: Promise<void> | null = null
  // A disk that is full takes it the next time: the marker may lag behind the database.
  const look = (): Promise<void> =>
    (working ??= work()
      .catch(() => {})
      .finally(() => {
        working = null
      }))
  const timer = setInterval(() => void look(), limits.dataLookMs)

  return {
    look,
    end: async () => {
      clearInterval(timer)
      await working
      if (isShut) return
      try {
        await count(true)
        await checkpoint('none')
        await mark({ kind: 'none' })
      } catch {
        // A full disk: the next start finds the log, and reads it.
      }
    },
  }
}
