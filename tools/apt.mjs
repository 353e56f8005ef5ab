import { captureChild } from './child.mjs'
import { onPath } from './onPath.mjs'
import { say, timed } from './say.mjs'

/** Whether Debian's packages can be installed without asking anybody. */
export const mayUseApt = () => process.getuid?.() === 0 && onPath(['apt-get']) !== undefined

export const installWithApt = (what, packages, settings = {}) =>
  timed(`Installing ${what}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...settings }
    await captureChild('apt-get', ['update'], { env })
    const install = ['install', '-y', '--no-install-recommends', ...packages]
    const { code, output } = await captureChild('apt-get', install, { env })
    if (code !== 0) say(output.trim())
  })
