import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root, runChild } from '../child.mjs'
import { ensureChromium } from '../chromium.mjs'
import { Refusal, say } from '../say.mjs'

const people = ['alice', 'bob']
const home = join(root, '.sotto/dev')
const serverPort = Number(process.env.PORT || 5100)
const webPort = 5173
const readyWithinMs = 30_000

const hostOf = (person) => `${person}.localhost`
const addressOf = (person) => `http://${hostOf(person)}:${webPort}/`

const hasDisplay = () =>
  process.platform === 'darwin' ||
  process.platform === 'win32' ||
  Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/** Starts again by itself when one of the files it is made of changes. */
const runServer = () =>
  runChild(process.execPath, [
    '--watch',
    '--watch-preserve-output',
    join(root, 'packages/cli/bin/sotto.mjs'),
    'serve',
    `--port=${serverPort}`,
    `--data=${join(home, 'data')}`,
    `--host-names=${people.map(hostOf).join(',')}`,
    // With names of its own it takes itself for a server that others reach.
    '--registration=open',
  ])

const runWeb = () =>
  runChild(process.execPath, [join(root, 'tools/dev/web.mjs'), String(webPort)], {
    cwd: join(root, 'packages/web'),
    env: { ...process.env, SOTTO_SERVER: `http://localhost:${serverPort}` },
  })

const answers = async (url) => {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}

const whenReady = async (url) => {
  for (const endMs = Date.now() + readyWithinMs; !(await answers(url));) {
    if (Date.now() > endMs) throw new Refusal(`${url} does not answer; what it printed says why`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Two windows side by side; the names of the hosts keep the two people's storage apart. */
const openWindows = (chromium) =>
  people.forEach((person, i) => {
    const args = [
      `--user-data-dir=${join(home, 'browser')}`,
      `--app=${addressOf(person)}`,
      '--window-size=900,800',
      `--window-position=${i * 920},0`,
      '--no-first-run',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ]
    spawn(chromium, args, { stdio: 'ignore', detached: true }).unref()
  })

const showPeople = async () => {
  await whenReady(`http://localhost:${serverPort}/readyz`)
  await whenReady(`http://localhost:${webPort}/`)
  const chromium = hasDisplay() ? await ensureChromium() : undefined
  if (chromium) openWindows(chromium)
  say('Two people, registered and signed in as soon as their page is open:')
  for (const person of people) say(`  ${addressOf(person)}`)
}

/** Server and web client, both following the sources, with Alice and Bob signed in. */
export const run = async () => {
  mkdirSync(home, { recursive: true })
  const running = [runServer(), runWeb()]
  await Promise.race([showPeople(), ...running])
  return Math.max(...(await Promise.all(running)))
}
