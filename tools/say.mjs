/** Something that the person at the terminal can put right: its text says how. */
export class Refusal extends Error {
  name = 'Refusal'
}

const dim = process.stderr.isTTY && !process.env.NO_COLOR ? (text) => `\x1b[2m${text}\x1b[0m` : (text) => text

/** The launcher's own words go to standard error: standard output belongs to the task. */
export const say = (text) => process.stderr.write(`${text.replace(/^/gm, `${dim('sotto |')} `)}\n`)

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`

/** Says what is being done and, when it is done, how long it took. */
export const timed = async (what, work) => {
  const startedMs = Date.now()
  say(`${what} …`)
  const result = await work()
  say(`${what}: ${seconds(Date.now() - startedMs)}`)
  return result
}
