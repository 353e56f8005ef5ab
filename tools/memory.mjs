import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'

const miB = 1024 * 1024

const numberIn = (path, pattern) => {
  try {
    const found = pattern.exec(readFileSync(path, 'utf8'))
    return found ? Number(found[1]) : undefined
  } catch {
    return undefined
  }
}

/** What a container may use, where there is a bound; version 2 and version 1 of Linux's control groups. */
const containerBytes = () =>
  numberIn('/sys/fs/cgroup/memory.max', /^(\d+)/) ??
  numberIn('/sys/fs/cgroup/memory/memory.limit_in_bytes', /^(\d+)/) ??
  Infinity

const swapBytes = () => (numberIn('/proc/meminfo', /^SwapFree:\s+(\d+) kB/m) ?? 0) * 1024

/** Memory that a program of this machine or container can have, swap included, in MB. */
export const memoryMiB = () => Math.floor((Math.min(totalmem(), containerBytes()) + swapBytes()) / miB)

/** Below this, installing pages in and out all the time: npm holds 500 MB where it can have them. */
export const installMiB = 900
