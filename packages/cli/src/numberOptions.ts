import { SottoError } from '@sotto/client'

/** The longest that a timer takes: beyond it, Node's fires at once. */
const timerMsMax = 2 ** 31 - 1

/** The value of `--timeout <seconds>` in milliseconds. @throws SottoError `bad_request` */
export const timeoutMsOf = (timeout: string): number => {
  const ms = Number(timeout) * 1000
  if (timeout.trim() === '' || !(ms >= 0 && ms <= timerMsMax))
    throw new SottoError(
      'bad_request',
      `--timeout wants a number of seconds, at most ${Math.floor(timerMsMax / 1000)}`,
    )
  return ms
}

/** The value of `--count <n>`; without it there is no end. @throws SottoError `bad_request` */
export const countOf = (count: string | undefined): number => {
  if (count === undefined) return Number.POSITIVE_INFINITY
  const value = Number(count)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new SottoError('bad_request', '--count wants a number, from 1 on')
  return value
}

/** The value of `--message <seq>`: a place in the log of a room. @throws SottoError `bad_request` */
export const seqOf = (seq: string): number => {
  const value = Number(seq)
  if (seq.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new SottoError('bad_request', '--message wants the place of a message: its seq')
  return value
}
