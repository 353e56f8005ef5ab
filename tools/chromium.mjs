import { debianPackages, installWithApt, mayUseApt } from './apt.mjs'
import { isFile, onPath } from './onPath.mjs'
import { say } from './say.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const applications = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']

const findChromium = () => {
  const named = process.env.CHROMIUM
  return named ? (isFile(named) ? named : undefined) : (onPath(names) ?? applications.find(isFile))
}

const remedy = `No Chromium is installed: the tests in a browser cannot run.
  Debian, Ubuntu: sudo apt-get install chromium
  elsewhere: install Chromium or Chrome, or set CHROMIUM to its program file`

/**
 * The program file of a Chromium, installed through Debian's packages where that can be done without asking.
 *
 * @returns undefined where there is none; the remedy has been said
 */
export const ensureChromium = async () => {
  const found = findChromium()
  if (found) return found
  if (mayUseApt()) await installWithApt("Debian's Chromium", debianPackages.chromium)
  const installed = findChromium()
  if (!installed) say(remedy)
  return installed
}
