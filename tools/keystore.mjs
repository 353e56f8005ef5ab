import { debianPackages, installWithApt, mayUseApt } from './apt.mjs'
import { onPath } from './onPath.mjs'
import { say } from './say.mjs'

const remedy = `No keystore is installed: the test with a real Secret Service does not run.
  Debian, Ubuntu: sudo apt-get install gnome-keyring dbus`

const hasKeystore = () =>
  ['gnome-keyring-daemon', 'dbus-run-session'].every((name) => onPath([name]) !== undefined)

/** Sees to what the test of the keystore needs on Linux, through Debian's packages where that can be done without asking. */
export const ensureKeystore = async () => {
  if (process.platform !== 'linux' || hasKeystore()) return
  if (mayUseApt()) await installWithApt("Debian's keystore", debianPackages.keystore)
  if (!hasKeystore()) say(remedy)
}
