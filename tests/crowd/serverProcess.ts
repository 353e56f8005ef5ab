import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface ServerProcess {
  readonly url: string
  /** Of the processor, since it was started. */
  cpuMs(): number
  /** The most memory that it has held. */
  residentBytesMax(): number
  close(): Promise<void>
}

/** Linux counts in hundredths of a second there, whatever the machine. */
const msPerTick = 10

/** Behind the name, which may hold anything, `utime` and `stime` are the 12th and the 13th (proc(5)). */
const cpuMsOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * msPerTick
}

const residentBytesMaxOf = (pid: number): number =>
  Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024

export const startServerProcess = async (dataDirectory: string): Promise<ServerProcess> => {
  const child = fork(fileURLToPath(new URL('serverChild.ts', import.meta.url)), [dataDirectory])
  const [url] = (await once(child, 'message')) as [string]
  const { pid } = child
  if (pid === undefined) throw new Error('the server has not begun')
  return {
    url,
    cpuMs: () => cpuMsOf(pid),
    residentBytesMax: () => residentBytesMaxOf(pid),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.send('close')
      await once(child, 'exit')
    },
  }
}
