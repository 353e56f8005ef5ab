import { debianPackages, installWithApt, mayUseApt } from './apt.mjs'
import { isFile, onPath } from './onPath.mjs'
import { say } from './say.mjs'

const remedy = `No nginx is installed: the tests behind a proxy do not run.
  Debian, Ubuntu: sudo apt-get install nginx`

const hasNginx = () => isFile('/usr/sbin/nginx') || onPath(['nginx']) !== undefined

/** Sees to what the tests behind a proxy need, through Debian's packages where that can be done without asking. */
export const ensureNginx = async () => {
  if (hasNginx()) return
  // As in single-user mode: nothing of the machine's own begins to serve because of a test.
  if (mayUseApt()) await installWithApt("Debian's nginx", debianPackages.nginx, { RUNLEVEL: '1' })
  if (!hasNginx()) say(remedy)
}
