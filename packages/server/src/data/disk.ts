import { open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { SottoError } from '@sotto/protocol'
import type { ServerLimits } from '../configuration.ts'
import type { EventLog } from '../logging/eventLog.ts'
import { probeFile } from './dataDirectory.ts'

/** How it stands with the disk of the data. */
export type DiskState =
  | 'fine'
  /** The disk can be written, and has less room than is kept in reserve. */
  | 'low'
  /** Nothing more fits. */
  | 'full'
  /** The disk takes nothing, whatever room there is. */
  | 'read_only'

export interface DiskView {
  /** Bytes that this user may still write. */
  readonly freeBytes: number
  readonly writing: 'possible' | 'full' | 'refused'
}

/** What is asked of the system about a directory. */
export interface DiskProbe {
  freeBytes(): Promise<number>
  /** Writes as much as a message has, and takes it away again. */
  write(): Promise<DiskView['writing']>
}

export interface Disk {
  /** Looks again, unless it did a moment ago. */
  look(): Promise<DiskState>
  /** @throws SottoError `read_only` when nothing can be stored */
  ready(): Promise<void>
  end(): void
}

const noRoom: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

export const diskProbe = (directory: string, bytes: number): DiskProbe => {
  const path = join(directory, probeFile)
  return {
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(directory)
      return bavail * bsize
    },
    write: async () => {
      try {
        const file = await open(path, 'w', 0o600)
        try {
          await file.writeFile(new Uint8Array(bytes).fill(1))
          await file.sync()
        } finally {
          await file.close()
        }
        return 'possible'
      } catch (error) {
        return noRoom.has(codeOf(error)) ? 'full' : 'refused'
      } finally {
        await rm(path, { force: true }).catch(() => {})
      }
    },
  }
}

/** @param before what was told last: a disk that wavers around the reserve is told once */
export const diskStateOf = (
  { freeBytes, writing }: DiskView,
  reserveBytes: number,
  before: DiskState,
): DiskState => {
  switch (writing) {
    case 'full':
      return 'full'
    case 'refused':
      return 'read_only'
    case 'possible': {
      const enoughBytes = before === 'fine' ? reserveBytes : reserveBytes * 1.25
      return freeBytes < enoughBytes ? 'low' : 'fine'
    }
  }
}

export interface DiskOptions {
  readonly probe: DiskProbe
  readonly limits: Pick<ServerLimits, 'diskReserveBytes' | 'diskLookMs' | 'diskProbeMs'>
  readonly log: Pick<EventLog, 'info' | 'warn'>
  /** How much more the database may hold by its own bound. */
  roomBytes(): Promise<number>
  /** What has to fit for anything to be stored. */
  readonly neededBytes: number
}

/** Watches whether what is stored can be stored, and says in the log when that changes. */
export const watchDisk = ({ probe, limits, log, roomBytes, neededBytes }: DiskOptions): Disk => {
  let state: DiskState = 'fine'
  let lookedMs = Number.NEGATIVE_INFINITY
  let looking: Promise<DiskState> | null = null

  const tell = (next: DiskState, freeBytes: number): void => {
    if (next === state) return
    state = next
    switch (next) {
      case 'fine':
        return log.info('disk_recovered', { bytes: freeBytes })
      case 'low':
        return log.warn('disk_low', { bytes: freeBytes, help: 'disk_low' })
      case 'full':
      case 'read_only':
        return log.warn('disk_full', { bytes: freeBytes, code: 'read_only', help: 'disk_full' })
    }
  }

  const see = async (): Promise<DiskState> => {
    const freeBytes = Math.min(await probe.freeBytes(), await roomBytes())
    const writing = freeBytes < neededBytes ? 'full' : await probe.write()
    lookedMs = performance.now()
    tell(diskStateOf({ freeBytes, writing }, limits.diskReserveBytes, state), freeBytes)
    return state
  }

  const look = async (): Promise<DiskState> => {
    if (performance.now() - lookedMs < limits.diskProbeMs) return state
    return (looking ??= see().finally(() => {
      looking = null
    }))
  }

  const timer = setInterval(() => void look().catch(() => {}), limits.diskLookMs)
  return {
    look,
    ready: async () => {
      switch (await look()) {
        case 'fine':
        case 'low':
          return
        case 'full':
          throw new SottoError('read_only', undefined, { disk: 'full' })
        case 'read_only':
          throw new SottoError('read_only', undefined, { disk: 'read_only' })
      }
    },
    end: () => clearInterval(timer),
  }
}
