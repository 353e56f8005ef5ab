import { type DestinationStream, pino } from 'pino'

const fd = 2
/** Of lines that cannot be written now, so many characters wait; what comes then is dropped. */
const waitingMax = 1024 * 1024

/**
 * Standard error, written to in the background. A log that cannot be written (a full disk, a reader that has gone, a terminal
 * that was closed) ends no server: it is tried again with the next line, and not waited for at the end.
 */
export const standardError = (): DestinationStream => {
  const stream = pino.destination({ dest: fd, sync: false, maxLength: waitingMax })
  let isBroken = false
  stream.on('error', () => {
    isBroken = true
  })
  stream.on('write', () => {
    isBroken = false
  })
  const flush = stream.flushSync.bind(stream)
  stream.flushSync = () => {
    // The library would wait without end for a disk that is full.
    if (!isBroken) flush()
  }
  return stream
}
