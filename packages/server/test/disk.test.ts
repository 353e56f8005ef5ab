import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DiskState, diskProbe, diskStateOf, watchDisk } from '../src/data/disk.ts'
import type { EventName } from '../src/logging/eventLog.ts'
import { temporaryDirectory, testServer } from './client/testServer.ts'

const reserveBytes = 1000

describe('how it stands with a disk', () => {
  it.each([
    [{ freeBytes: 5000, writing: 'possible' }, 'fine', 'fine'],
    [{ freeBytes: reserveBytes, writing: 'possible' }, 'fine', 'fine'],
    [{ freeBytes: reserveBytes - 1, writing: 'possible' }, 'fine', 'low'],
    // Told once, not each time that it wavers.
    [{ freeBytes: 1100, writing: 'possible' }, 'low', 'low'],
    [{ freeBytes: 1300, writing: 'possible' }, 'low', 'fine'],
    [{ freeBytes: 0, writing: 'full' }, 'low', 'full'],
    // A share of a disk that has room, or one that was mounted for reading.
    [{ freeBytes: 5000, writing: 'full' }, 'fine', 'full'],
    [{ freeBytes: 5000, writing: 'refused' }, 'fine', 'read_only'],
    [{ freeBytes: 5000, writing: 'possible' }, 'read_only', 'fine'],
  ] as const)('%o after %s is %s', (view, before, state) => {
    expect(diskStateOf(view, reserveBytes, before)).toBe(state)
  })

  it('is told once when it changes, refuses readiness while nothing can be stored, and recovers', async () => {
    const told: EventName[] = []
    const log = {
      info: (event: EventName) => void told.push(event),
      warn: (event: EventName) => void told.push(event),
    }
    let freeBytes = 5000
    let writing: 'possible' | 'full' | 'refused' = 'possible'
    const disk = watchDisk({
      probe: { freeBytes: async () => freeBytes, write: async () => writing },
      roomBytes: async () => Number.MAX_SAFE_INTEGER,
      neededBytes: 10,
      limits: { diskReserveBytes: reserveBytes, diskLookMs: 1_000_000, diskProbeMs: 0 },
      log,
    })
    const states: DiskState[] = []
    for (const [free, write] of [
      [5000, 'possible'],
      [900, 'possible'],
      [800, 'possible'],
      [5, 'possible'],
      [5000, 'refused'],
      [5000, 'possible'],
    ] as const) {
      freeBytes = free
      writing = write
      states.push(await disk.look())
      const isReady = await disk.ready().then(
        () => true,
        () => false,
      )
      expect(isReady).toBe(free > 10 && write === 'possible')
    }
    disk.end()
    expect(states).toEqual(['fine', 'low', 'low', 'full', 'read_only', 'fine'])
    expect(told).toEqual(['disk_low', 'disk_full', 'disk_full', 'disk_recovered'])
  })

  it('is asked of the system: a directory that is gone takes nothing', async () => {
    const directory = temporaryDirectory()
    const probe = diskProbe(directory, 65_536)
    expect(await probe.write()).toBe('possible')
    expect(await probe.freeBytes()).toBeGreaterThan(65_536)
    rmSync(directory, { recursive: true })
    expect(await probe.write()).toBe('refused')
  })
})

/** A small disk of its own, where the system lets us mount one. */
const smallDisk = (): { readonly directory: string; unmount(): void } | undefined => {
  const directory = temporaryDirectory()
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', directory])
  if (mounted.status !== 0) return undefined
  return { directory, unmount: () => void spawnSync('umount', ['--lazy', directory]) }
}

describe('a server on a disk of 4 MiB', () => {
  const disk = process.platform === 'linux' ? smallDisk() : undefined
  it.skipIf(disk === undefined)(
    'DATA-6: says that it is full, goes on by itself when there is room, says that it is read-only; needs mount',
    async () => {
      const { directory, unmount } = disk as NonNullable<typeof disk>
      const lines: string[] = []
      const config = {
        dataDirectory: directory,
        limits: { diskProbeMs: 0 },
        logLevel: 'warn',
        logDestination: { write: (line: string) => void lines.push(line) },
      } as const
      const server = await testServer(config)
      const ready = async (): Promise<number> => (await fetch(`${server.url}/readyz`)).status
      const filler = join(directory, 'filler')
      try {
        expect(await ready()).toBe(200)
        expect(lines.some((line) => line.includes('"disk_low"'))).toBe(true)
        const file = openSync(filler, 'w')
        expect(() => {
          for (;;) writeSync(file, Buffer.alloc(65_536))
        }).toThrow('ENOSPC')
        closeSync(file)
        expect(await ready()).toBe(507)
        expect(lines.some((line) => line.includes('"disk_full"'))).toBe(true)
        rmSync(filler)
        expect(await ready()).toBe(200)
        const remount = (how: string): void => void spawnSync('mount', ['-o', `remount,${how}`, directory])
        await server.close()
        remount('ro')
        await expect(testServer(config)).rejects.toThrow(/read-only/)
        remount('rw')
        await server.restart()
        expect(await ready()).toBe(200)
      } finally {
        await server.close()
        unmount()
      }
    },
  )
})
