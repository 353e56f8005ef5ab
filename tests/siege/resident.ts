import { readFileSync } from 'node:fs'

const lookEveryMs = 100

export const residentBytesOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024

/** Watches the memory that a process holds; the most it has held so far. */
export const watchResident = (pid: number): { most(): number; end(): void } => {
  let most = 0
  const look = (): void => {
    try {
      most = Math.max(most, residentBytesOf(pid))
    } catch {
      // The process has ended; who needs it finds out elsewhere.
    }
  }
  look()
  const timer = setInterval(look, lookEveryMs)
  return { most: () => most, end: () => clearInterval(timer) }
}
