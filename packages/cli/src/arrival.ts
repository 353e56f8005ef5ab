/** An invitation of somebody whose device is ready is done sooner. */
const lateAfterMs = 2000

const arrivingText = 'people who have just signed up can be invited as soon as their device is ready'

/** What an invitation that is under way is called, from now on: with what it may be waiting for, once it takes long. */
export const invitingText = (whom: string): (() => string) => {
  const startedMs = performance.now()
  return () =>
    `Inviting ${whom}${performance.now() - startedMs < lateAfterMs ? '' : ` (still trying: ${arrivingText})`}`
}

/** Says once what an invitation may be waiting for, where it takes long. */
export const sayingIfLate = async <T>(inviting: Promise<T>, say: (text: string) => void): Promise<T> => {
  const timer = setTimeout(() => say(`Still trying: ${arrivingText}.`), lateAfterMs)
  try {
    return await inviting
  } finally {
    clearTimeout(timer)
  }
}
