const quietMs = 1000
const frameMs = 120
const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** Something is asked on the terminal meanwhile: a line that moves would write over it. */
let asking = 0

export const withoutProgress = async <T>(question: Promise<T>): Promise<T> => {
  asking += 1
  try {
    return await question
  } finally {
    asking -= 1
  }
}

/**
 * Waits for `work`; when that takes more than a second and somebody looks on, says so on a line that vanishes again.
 *
 * @param what read anew for every picture, because what is waited for may change
 */
export const withProgress = async <T>(what: () => string, work: Promise<T>): Promise<T> => {
  if (!process.stderr.isTTY) return work
  let frame = 0
  const startedMs = Date.now()
  const timer = setInterval(() => {
    if (asking > 0 || Date.now() - startedMs < quietMs) return
    frame = (frame + 1) % frames.length
    process.stderr.write(`\r\x1b[K${frames[frame]} ${what()}`)
  }, frameMs)
  try {
    return await work
  } finally {
    clearInterval(timer)
    if (frame > 0) process.stderr.write('\r\x1b[K')
  }
}
