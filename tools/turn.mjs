import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './child.mjs'
import { Refusal, say } from './say.mjs'

const turnFile = join(root, 'build/turn')
const beatEveryMs = 5_000
/** Without a beat for so long its holder is gone, whoever has its number now. */
const deadAfterMs = 60_000
const lookEveryMs = 250
const waitMaxMs = 20 * 60_000

const isAlive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** @returns the number of the process whose turn a file says it is, or undefined where it is nobody's */
const holderIn = (file) => {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    const isBeating = Date.now() - statSync(file).mtimeMs < deadAfterMs
    return isBeating && (pid === 0 || isAlive(pid)) ? pid : undefined
  } catch {
    return undefined
  }
}

/** A file system without hard links, such as FAT, has one name for a file. */
const hasNoLinks = ({ code }) => code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP'

const takeWithoutLinks = () => {
  writeFileSync(turnFile, String(process.pid), { flag: 'wx' })
}

/**
 * The file has the number of its holder in it from its first moment: of one that is killed between making a file and
 * writing into it, others would wait for the beat that does not come.
 */
const tryToTake = () => {
  const own = `${turnFile}.${process.pid}.new`
  try {
    writeFileSync(own, String(process.pid))
    try {
      linkSync(own, turnFile)
    } catch (error) {
      if (!hasNoLinks(error)) throw error
      takeWithoutLinks()
    }
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(own, { force: true })
  }
}

/**
 * Moved aside first: of two that find a dead holder only one moves its file. Whoever is slower may have moved the file
 * of the other, who has the turn by then, and puts it back.
 */
const clearDead = () => {
  const aside = `${turnFile}.${process.pid}`
  try {
    renameSync(turnFile, aside)
    if (holderIn(aside) !== undefined) renameSync(aside, turnFile)
  } catch {
    // Somebody else was faster.
  }
  rmSync(aside, { force: true })
}

/** Whoever slept for so long that the turn went to another leaves it to that one. */
const release = () => {
  if (holderIn(turnFile) === process.pid) rmSync(turnFile, { force: true })
}

const take = async () => {
  mkdirSync(dirname(turnFile), { recursive: true })
  const endMs = Date.now() + waitMaxMs
  for (let said = false; !tryToTake();) {
    const other = holderIn(turnFile)
    if (other === undefined) {
      clearDead()
      continue
    }
    if (Date.now() > endMs)
      throw new Refusal(
        `Process ${other} has been preparing this folder for too long: end it, and try again.`,
      )
    if (!said) say(`Process ${other} is preparing this folder; waiting for it …`)
    said = true
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}

/** Whoever installs or builds does so alone: two at once would tear the same tree. */
export const alone = async (work) => {
  await take()
  const beats = setInterval(() => {
    const now = new Date()
    try {
      utimesSync(turnFile, now, now)
    } catch {
      // Somebody has removed the folder; what is being done will say so.
    }
  }, beatEveryMs)
  try {
    return await work()
  } finally {
    clearInterval(beats)
    release()
  }
}
