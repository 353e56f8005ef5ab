import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { captureChild } from './child.mjs'
import { installMiB, memoryMiB } from './memory.mjs'
import { npm } from './npm.mjs'
import { installFault } from './installFault.mjs'
import { Refusal, say, timed } from './say.mjs'
import { readStamp, removeStamp, writeStamp } from './stamp.mjs'
import { alone } from './turn.mjs'

const installMaxMs = 20 * 60_000
const stillEveryMs = 20_000

const cacheOf = async () =>
  (await captureChild(...npm(['config', 'get', 'cache']))).output.trim().split('\n').at(-1)

const isWritable = (directory) => {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** npm insists on a cache; where its own cannot be written (no home, a home of somebody else) it gets one for this once. */
const withCache = async (work) => {
  const cache = await cacheOf()
  if (isWritable(cache)) return work([])
  say(`npm's cache ${cache} cannot be written: doing without it.`)
  const instead = mkdtempSync(join(tmpdir(), 'sotto-npm-'))
  try {
    return await work([`--cache=${instead}`])
  } finally {
    rmSync(instead, { recursive: true, force: true })
  }
}

const smallMachine = () => {
  const has = memoryMiB()
  if (has >= installMiB) return []
  say(
    `This machine has ${has} MB of memory, swap included. Installing may take many minutes here; ` +
      'with 1 GB of swap it takes one:\n' +
      '  fallocate -l 1G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile',
  )
  return ['--maxsockets=1']
}

const runNpm = async (args) => {
  const ended = new AbortController()
  const timer = setTimeout(() => ended.abort(), installMaxMs)
  try {
    return await captureChild(...npm(args), { diesWithParent: true, signal: ended.signal })
  } catch (error) {
    if (!ended.signal.aborted) throw error
    const output = `npm had not ended after ${installMaxMs / 60_000} minutes and was stopped.`
    return { code: memoryMiB() < installMiB ? 137 : 1, output }
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Installs what a lock file says, unless that very thing is there. A stamp is written at the end and removed at the
 * beginning, so that what was cut short, by whatever, is begun anew by the next start.
 *
 * @param what for the person who waits
 * @param prefix the folder with package.json and its lock file
 * @param stamp where the stamp lies
 * @param wanted () => what the stamp says when all is there; asked again when the work is done
 */
export const install = async ({ what, prefix, stamp, wanted }) => {
  const isThere = () => {
    const said = readStamp(stamp)
    return said !== undefined && said === wanted()
  }
  if (isThere()) return
  await alone(async () => {
    // Whoever had the turn before may have done it.
    if (isThere()) return
    removeStamp(stamp)
    const ci = ['ci', '--ignore-scripts', '--prefix', prefix, ...smallMachine()]
    const { code, output } = await timed(
      `Installing ${what}`,
      () => withCache((cache) => runNpm([...ci, ...cache])),
      { stillEveryMs },
    )
    if (code !== 0) throw new Refusal(`${output.trim()}\n${installFault(code, output)}`)
    writeStamp(stamp, wanted())
  })
}
