import {
  type Identity,
  type Lane,
  LaneError,
  type LaneEvent,
  makeIdentity,
  openLane,
  register,
  uploadOf,
} from '@sotto/lane/core'
import type { Clock } from '../clock.ts'
import type { DeviceCut } from '../device.ts'
import type { Life } from '../network.ts'
import { never } from '../never.ts'
import type { Random } from '../random.ts'
import type { Trace } from '../trace.ts'
import { seededCryptography } from './cryptography.ts'
import { cutPower, emptyLaneDisk, type LaneDisk, openLaneDisk } from './disk.ts'
import type { LaneLink } from './link.ts'

/** Something that a program was told in words. */
export interface Shown {
  readonly from: string
  readonly text: string
  readonly place: 'letter' | 'room'
  /** The row by which the program knows it again. */
  readonly row: string
  /** Which of its keys its sender had when it was believed. */
  readonly believed: number | undefined
}

/** One program on the open lane, between its runs and during them. */
export interface Program {
  readonly name: string
  readonly disk: LaneDisk
  readonly link: LaneLink
  /** All that it has had, the newest last. */
  readonly identities: readonly Identity[]
  lane(): Lane | null
  isUp(): boolean
  isRegistered(): boolean
  /** Starts where it does not run, and goes on starting until it does. */
  start(): void
  close(): Promise<void>
  crash(): void
  /** Ends at once, and with it what was not written to outlive that. */
  losePower(count: number): void
  cutAt(cut: DeviceCut | null): void
  /** Takes other keys, as who has lost the old ones; it must not run. */
  takeNewKeys(): Promise<void>
  /** What it has been told, as far as it remembers: what was told and not noted counts as not told. */
  shown(): readonly Shown[]
  /** Other names whose keys have changed for it, with the fingerprint that it was told. */
  readonly changed: Map<string, string>
}

interface Options {
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  readonly trace: Trace
  readonly link: LaneLink
  /** Which of its keys somebody is believed to have, as this disk says. */
  believedGeneration(disk: LaneDisk, name: string): number | undefined
  onKeyChanged(name: string): void
  bug(what: string): void
}

interface Run extends Life {
  lane: Lane | null
}

const restartMs = 5000

export const programPassword = (name: string): string => `the password of ${name}, long enough`

export const makeProgram = async (options: Options): Promise<Program> => {
  const { name, clock, random, trace, link } = options
  const cryptography = seededCryptography(random.bytes)
  const disk = emptyLaneDisk()
  const changed = new Map<string, string>()
  const identities = [await makeIdentity(cryptography, 'P-256')]
  const identity = (): Identity => identities.at(-1) as Identity
  const all: Shown[] = []
  let run: Run | null = null
  let pendingCut: DeviceCut | null = null
  let isWanted = false
  let isRegistered = false

  const end = (): void => {
    if (run) run.isAlive = false
    run = null
    pendingCut = null
    // What was told and not noted is told again: the program had not finished with it.
    const known = all.filter(({ row }) => disk.rows.has(row))
    all.splice(0, all.length, ...known)
  }
  const strikes = (own: Run, at: DeviceCut['at']): boolean => {
    if (!own.isAlive) return true
    if (pendingCut?.at !== at) return false
    if (pendingCut.nth > 1) {
      pendingCut = { ...pendingCut, nth: pendingCut.nth - 1 }
      return false
    }
    trace.note(name, 'stops at', at)
    end()
    later()
    return true
  }
  const later = (): void => {
    clock.after(random.between(200, restartMs), () => {
      if (isWanted && !run) start()
    })
  }

  const hear = (event: LaneEvent): void => {
    switch (event.kind) {
      case 'message':
      case 'place_message':
        if (event.kind === 'place_message' && event.own) return
        all.push({
          from: event.from,
          text: event.text,
          place: event.kind === 'message' ? 'letter' : 'room',
          row: `seen/${event.from}/${event.id}`,
          believed: options.believedGeneration(disk, event.from),
        })
        trace.note(name, 'is shown', event.from, event.id)
        return
      case 'key_changed':
        changed.set(event.name, event.told)
        trace.note(name, 'sees another key of', event.name)
        return options.onKeyChanged(event.name)
      case 'refused':
        return trace.note(name, 'refuses', event.from, event.code)
      case 'invitation':
      case 'presence':
      case 'key_pinned':
      case 'connection':
    }
  }

  const open = async (own: Run): Promise<Lane> => {
    const ports = {
      clock: {
        nowMs: clock.nowMs,
        after: (delayMs: number, task: () => void) =>
          clock.after(delayMs, () => {
            if (own.isAlive) task()
          }),
      },
      cryptography,
      transport: link.transport(own),
    }
    const credentials = { kind: 'program', name, password: programPassword(name) } as const
    if (!isRegistered)
      await register(ports.transport, { ...credentials, publicKey: uploadOf(identity()) }).catch(
        (error: unknown) => {
          // The answer to an earlier try was lost.
          if (!(error instanceof LaneError) || error.code !== 'USERNAME_TAKEN') throw error
        },
      )
    isRegistered = true
    const store = openLaneDisk(disk, (at) => strikes(own, at))
    return openLane(
      {
        credentials,
        identity: identity(),
        store,
        onEvent: (event) => (own.isAlive ? hear(event) : never()),
      },
      ports,
    )
  }

  const start = (): void => {
    isWanted = true
    if (run) return
    const own: Run = { isAlive: true, lane: null, says: () => void strikes(own, 'word') }
    run = own
    trace.note(name, 'starts')
    open(own).then(
      (lane) => {
        own.lane = lane
        lane.failed.catch((error: unknown) => options.bug(`${name} was not told: ${String(error)}`))
      },
      (error: unknown) => {
        if (!own.isAlive) return
        const code = error instanceof LaneError ? error.code : undefined
        trace.note(name, 'does not start', code ?? String(error))
        if (code === undefined) options.bug(`${name} does not start: ${String(error)}`)
        end()
        later()
      },
    )
  }

  return {
    name,
    disk,
    link,
    changed,
    identities,
    lane: () => run?.lane ?? null,
    isUp: () => run !== null,
    isRegistered: () => isRegistered,
    start,
    close: async () => {
      const own = run
      isWanted = false
      trace.note(name, 'closes')
      await own?.lane?.close()
      if (run === own) end()
    },
    crash: () => {
      trace.note(name, 'crashes')
      end()
      later()
    },
    losePower: (count) => {
      trace.note(name, 'loses power', count)
      if (run) run.isAlive = false
      cutPower(disk, count)
      end()
      later()
    },
    cutAt: (cut) => {
      pendingCut = cut
    },
    takeNewKeys: async () => {
      identities.push(await makeIdentity(cryptography, 'P-256'))
    },
    shown: () => all,
  }
}
