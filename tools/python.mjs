import { debianPackages, installWithApt, mayUseApt } from './apt.mjs'
import { captureChild } from './child.mjs'
import { isFile, onPath } from './onPath.mjs'
import { say } from './say.mjs'

const remedy = `No Python with socketio, jwcrypto, websocket and requests: the tests of the open lane in Python do not run.
  Debian, Ubuntu: sudo apt-get install ${debianPackages.python.join(' ')}`

/** Debian's own first: another interpreter on the path may not have its packages. */
const hasPackages = async () => {
  const python = isFile('/usr/bin/python3') ? '/usr/bin/python3' : onPath(['python3'])
  if (!python) return false
  return (await captureChild(python, ['-c', 'import socketio, jwcrypto.jwe, websocket, requests'])).code === 0
}

/** Sees to what the tests in Python need, through Debian's packages where that can be done without asking. */
export const ensurePython = async () => {
  if (await hasPackages()) return
  if (mayUseApt()) await installWithApt("Debian's Python packages", debianPackages.python)
  if (!(await hasPackages())) say(remedy)
}
