import { join } from 'node:path'
import { root } from './child.mjs'
import { install } from './install.mjs'
import { hashOf } from './stamp.mjs'

/** Installs exactly what the lock file says, unless that was done for this very lock file. */
export const installPackages = () =>
  install({
    what: 'packages',
    prefix: root,
    stamp: join(root, 'node_modules/.sotto-lock'),
    wanted: () => hashOf(join(root, 'package-lock.json')),
  })
