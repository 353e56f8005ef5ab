/** Something that the person at the terminal can put right: its text says how. */
export class Refusal extends Error {
  name = 'Refusal'
}

const dim = process.stderr.isTTY && !process.env.NO_COLOR ? (text) => `\x1b[2m${text}\x1b[0m` : (text) => text

/** The launcher's own words go to standard error: standard output belongs to the task. */
export const say = (text) => process.stderr.write(`${text.replace(/^/gm, `${dim('sotto |')} `)}\n`)

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

/**
 * Says what is being done and, when it is done, how long it took.
 *
 * @param stillEveryMs how often to say that it goes on, for work that prints nothing itself; 0: never
 */
export const timed = async (what, work, { stillEveryMs = 0 } = {}) => {
  const startedMs = Date.now()
  const spent = () => seconds(Date.now() - startedMs)
  say(`${what} …`)
  const sayStill = () => say(`${what}: still at it after ${spent()}`)
  const still = stillEveryMs > 0 ? setInterval(sayStill, stillEveryMs) : undefined
  try {
    const result = await work()
    say(`${what}: ${spent()}`)
    return result
  } finally {
    clearInterval(still)
  }
}
