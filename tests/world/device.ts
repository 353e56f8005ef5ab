import {
  type Change,
  type Client,
  type ClientState,
  openClient,
  SottoError,
  type Store,
  type Transport,
} from '@sotto/client'
import { type MemoryKeys, memoryKeys, openMemoryKeychain } from '@sotto/client'
import { joseLibrary } from '@sotto/client/node'
import type { Provider } from '@sotto/mls'
import type { Volatile } from '../../packages/client/src/session/volatile.ts'
import type { Clock } from './clock.ts'
import { checkedRows } from '../stories/checkedRows.ts'
import { smallStock } from '../stories/stock.ts'
import { copyDisk, type Disk, type DiskCopy, emptyDisk, loseCommits, openDisk, restoreDisk } from './disk.ts'
import type { Life, Link } from './network.ts'
import { never } from './never.ts'
import { worldPassword } from './password.ts'
import type { Trace } from './trace.ts'

/** Where a device stops: at its next writes to its disk, or its next words to the server. */
export interface DeviceCut {
  readonly at: 'before_commit' | 'after_commit' | 'word'
  /** Which of them: 1 is the next. */
  readonly nth: number
}

/** One person with one device, as it is between two runs and during them. */
export interface Device {
  readonly index: number
  readonly name: string
  readonly disk: Disk
  readonly keys: MemoryKeys
  readonly link: Link
  /** The run that the person looks at. */
  client(): Client | null
  state(): ClientState | null
  isUp(): boolean
  /** What it knows beside its disk. */
  volatile(): Volatile | null
  /** By its own clock. */
  nowMs(): number
  /** Starts, beside what runs already: that is then shut out. */
  open(): Promise<void>
  /** In good order. */
  close(): Promise<void>
  crash(): void
  /** Null: nowhere any more. */
  cutAt(cut: DeviceCut | null): void
  jump(offsetMs: number): void
  rightClock(): void
  backup(): { readonly disk: DiskCopy }
  restore(backup: { readonly disk: DiskCopy }): void
  loseCommits(count: number): number
  /** Questions to the server since it became calm. */
  callsInCalm(): number
  becomeCalm(): void
  /** Failures that no client may end in. */
  readonly bugs: string[]
}

export interface DeviceOptions {
  readonly index: number
  readonly name: string
  readonly clock: Clock
  readonly trace: Trace
  readonly link: Link
  readonly provider: Provider
  /** After each commit to the disk, before the device hears of it. */
  onCommit(changes: readonly Change[]): void
}

interface Run extends Life {
  client: Client | null
  volatile: (() => Volatile) | null
  cut: DeviceCut | null
}

export const makeDevice = (options: DeviceOptions): Device => {
  const { index, name, clock, trace, link, provider } = options
  const disk = emptyDisk()
  const keys = memoryKeys()
  const bugs: string[] = []
  let run: Run | null = null
  const runs = new Set<Run>()
  let offsetMs = 0
  let calls = 0
  let pendingCut: DeviceCut | null = null

  const strikes = (own: Run, at: DeviceCut['at']): boolean => {
    if (own !== run || pendingCut?.at !== at) return false
    if (pendingCut.nth > 1) {
      pendingCut = { ...pendingCut, nth: pendingCut.nth - 1 }
      return false
    }
    trace.note(name, 'stops at', at)
    end()
    return true
  }

  const nowMs = (): number => Math.max(0, clock.nowMs() + offsetMs)

  const end = (): void => {
    for (const one of runs) one.isAlive = false
    runs.clear()
    run = null
    pendingCut = null
  }

  const storeOf = (own: Run): Store => {
    const store = openDisk(disk)
    const alive = <T>(work: () => Promise<T>): Promise<T> => (own.isAlive ? work() : never())
    return {
      get: (key) => alive(() => store.get(key)),
      range: (from, to, range) => alive(() => store.range(from, to, range)),
      commit: (changes) =>
        alive(async () => {
          if (strikes(own, 'before_commit')) return never()
          await store.commit(changes)
          trace.note(name, 'commits', changes.length)
          options.onCommit(changes)
          return strikes(own, 'after_commit') ? never() : undefined
        }),
      close: async () => {},
    }
  }

  const counted = (transport: Transport): Transport => ({
    call: (op, input, token) => {
      calls += 1
      return transport.call(op, input, token)
    },
    live: transport.live,
  })

  const device: Device = {
    index,
    name,
    disk,
    keys,
    link,
    bugs,
    callsInCalm: () => calls,
    becomeCalm: () => {
      calls = 0
    },
    client: () => run?.client ?? null,
    state: () => run?.client?.state() ?? null,
    isUp: () => run !== null,
    volatile: () => run?.volatile?.() ?? null,
    nowMs,
    open: async () => {
      const own: Run = {
        isAlive: true,
        client: null,
        volatile: null,
        cut: null,
        says: () => void strikes(own, 'word'),
      }
      run = own
      runs.add(own)
      trace.note(name, 'opens')
      try {
        const client = await openClient({
          server: 'world',
          store: checkedRows(storeOf(own)),
          keychain: openMemoryKeychain(provider, keys),
          transport: counted(link.transport(own)),
          scheduler: {
            nowMs,
            steadyMs: clock.nowMs,
            after: (delayMs, task) =>
              clock.after(delayMs, () => {
                if (own.isAlive) task()
              }),
            // The work of a device takes no time here.
            turn: () => Promise.resolve(),
          },
          provider,
          jose: joseLibrary,
          password: worldPassword,
          deviceKind: 'cli',
          limits: smallStock,
          onVolatile: (look) => {
            own.volatile = look
          },
        })
        own.client = client
      } catch (error) {
        trace.note(name, 'does not open', error instanceof SottoError ? error.code : String(error))
        if (own.isAlive) bugs.push(`does not open: ${String(error)}`)
        own.isAlive = false
        runs.delete(own)
        if (run === own) run = null
      }
    },
    close: async () => {
      const closing = [...runs]
      run = null
      pendingCut = null
      trace.note(name, 'closes')
      await Promise.all(closing.map(async (one) => one.client?.close()))
      for (const one of closing) {
        one.isAlive = false
        runs.delete(one)
      }
    },
    crash: () => {
      if (!run) return
      trace.note(name, 'crashes')
      end()
    },
    cutAt: (cut) => {
      pendingCut = cut
    },
    jump: (offset) => {
      offsetMs += Math.round(offset)
    },
    rightClock: () => {
      offsetMs = 0
    },
    backup: () => ({ disk: copyDisk(disk) }),
    restore: (backup) => restoreDisk(disk, backup.disk),
    loseCommits: (count) => loseCommits(disk, count),
  }
  return device
}
