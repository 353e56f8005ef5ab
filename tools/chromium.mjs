import { statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { captureChild } from './child.mjs'
import { say, timed } from './say.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const applications = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false

const onPath = (wanted) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((directory) => wanted.map((name) => join(directory, name)))
    .find(isFile)

const findChromium = () => {
  const named = process.env.CHROMIUM
  return named ? (isFile(named) ? named : undefined) : (onPath(names) ?? applications.find(isFile))
}

const remedy = `No Chromium is installed: the tests in a browser cannot run.
  Debian, Ubuntu: sudo apt-get install chromium
  elsewhere: install Chromium or Chrome, or set CHROMIUM to its program file`

const mayUseApt = () => process.getuid?.() === 0 && onPath(['apt-get']) !== undefined

const installWithApt = () =>
  timed("Installing Debian's Chromium", async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await captureChild('apt-get', ['update'], { env })
    const install = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-noto-color-emoji']
    const { code, output } = await captureChild('apt-get', install, { env })
    if (code !== 0) say(output.trim())
  })

/**
 * The program file of a Chromium, installed through Debian's packages where that can be done without asking.
 *
 * @returns undefined where there is none; the remedy has been said
 */
export const ensureChromium = async () => {
  const found = findChromium()
  if (found) return found
  if (mayUseApt()) await installWithApt()
  const installed = findChromium()
  if (!installed) say(remedy)
  return installed
}
