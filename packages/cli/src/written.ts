import { constants, fstatSync, readFileSync, readlinkSync, writeSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { SottoError } from '@sotto/client'

/** Nobody reads any more what is written (`sotto receive | head`): no fault of anybody. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone'
}

/** Writes in the order of the calls. After a failure everything that follows fails of the same. */
export interface Pen {
  /** Resolves when the system has the text. @throws ReaderGone, SottoError `storage_full`, `bad_request` */
  put(text: string): Promise<void>
  /** Resolves when all that was put is written. @throws the same */
  written(): Promise<void>
}

const gone: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
])
const full: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

/** What has kept a text from being written. */
const reasonOf = (error: unknown): Error => {
  const code = codeOf(error)
  // A terminal that was closed gives EIO.
  if (gone.has(code) || (code === 'EIO' && process.stdout.isTTY)) return new ReaderGone()
  return full.has(code)
    ? new SottoError('storage_full', 'standard output could not be written', { stream: 'stdout' })
    : new SottoError('bad_request', `standard output cannot be written (${String(code)})`, {
        stream: 'stdout',
      })
}

/** Resolves when the stream has handed the text to the system. @throws as `Pen.put` */
export const writtenTo = (stream: Writable, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(reasonOf(error)) : resolve()))
  })

const againMs = 10
const passing: ReadonlySet<unknown> = new Set(['EAGAIN', 'EINTR'])

/** The stream of a file takes a part that was written on a full disk for the whole. */
const writtenToFile = async (fd: number, text: string): Promise<void> => {
  for (let rest = Buffer.from(text); rest.length > 0;)
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      if (!passing.has(codeOf(error))) throw reasonOf(error)
      await delay(againMs)
    }
}

/** @param write hands one text to the system */
export const penOf = (write: (text: string) => Promise<void>): Pen => {
  let last: Promise<void> = Promise.resolve()
  return {
    put: (text) => {
      last = last.then(() => write(text))
      // A caller that does not wait for its text hears of the failure from `written`.
      last.catch(() => {})
      return last
    },
    written: () => last,
  }
}

/** Whether what is written goes to a file, or a device that is no terminal. */
const isFile = (fd: number): boolean => {
  try {
    const stat = fstatSync(fd)
    return stat.isFile() || (stat.isCharacterDevice() && !process.stdout.isTTY)
  } catch {
    return false
  }
}

const standardFd = 1
const accessMask = 3

/**
 * For commands that note what they have printed. Where standard output was closed (`>&-`), Node opens `/dev/null` in its place,
 * for reading too, which a shell's `> /dev/null` is not: everything would be taken there for written. Linux tells; elsewhere
 * nothing is refused.
 *
 * @throws SottoError `bad_request`
 */
export const refuseClosedOutput = (): void => {
  let flags: string | undefined
  try {
    if (readlinkSync(`/proc/self/fd/${standardFd}`) !== '/dev/null') return
    flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${standardFd}`, 'utf8'))?.[1]
  } catch {
    return
  }
  if ((Number.parseInt(flags ?? '0', 8) & accessMask) === constants.O_RDWR)
    throw new SottoError('bad_request', 'standard output is closed, so nothing is received', {
      stream: 'stdout',
    })
}

let goesToFile: boolean | undefined

/** What a command has to say. */
export const standardOutput: Pen = penOf((text) => {
  goesToFile ??= isFile(standardFd)
  return goesToFile ? writtenToFile(standardFd, text) : writtenTo(process.stdout, text)
})
