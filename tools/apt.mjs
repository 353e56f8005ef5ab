import { captureChild } from './child.mjs'
import { onPath } from './onPath.mjs'
import { say, timed } from './say.mjs'

/** What the tests need besides Node's packages, by Debian's names; the README tells them. */
export const debianPackages = {
  chromium: ['chromium', 'fonts-noto-color-emoji'],
  python: ['python3-socketio', 'python3-jwcrypto', 'python3-websocket', 'python3-requests'],
  nginx: ['nginx'],
  keystore: ['gnome-keyring', 'dbus'],
}

/** Whether Debian's packages can be installed without asking anybody. */
export const mayUseApt = () => process.getuid?.() === 0 && onPath(['apt-get']) !== undefined

export const installWithApt = (what, packages, settings = {}) =>
  timed(`Installing ${what} with apt-get: ${packages.join(' ')}`, async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', ...settings }
    await captureChild('apt-get', ['update'], { env })
    const install = ['install', '-y', '--no-install-recommends', ...packages]
    const { code, output } = await captureChild('apt-get', install, { env })
    if (code !== 0) say(output.trim())
  })
