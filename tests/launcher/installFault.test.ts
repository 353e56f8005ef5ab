import { describe, expect, it } from 'vitest'
import { installFault } from '../../tools/installFault.mjs'

const sentences: readonly [what: string, code: number, output: string, says: RegExp][] = [
  ['no network', 1, 'npm error code ENOTFOUND\nnpm error syscall getaddrinfo', /cannot be reached.*network/],
  ['a refused connection', 1, 'npm error code ECONNREFUSED', /cannot be reached/],
  [
    'a folder of somebody else',
    243,
    "npm error code EACCES\nnpm error path /srv/sotto/node_modules\nnpm error Error: EACCES: permission denied, mkdir '/srv/sotto/node_modules'",
    /This user may not write \/srv\/sotto\/node_modules.*npm run build/,
  ],
  [
    'a read-only disk',
    226,
    'npm error code EROFS\nnpm error path /srv/sotto/node_modules',
    /read-only file system/,
  ],
  [
    'a full disk',
    228,
    'npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device',
    /disk is full/,
  ],
  [
    'a lock file that does not match',
    1,
    'npm error code EUSAGE\nnpm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.',
    /do not belong together.*git checkout package-lock.json/,
  ],
  [
    'a package that is not the locked one',
    1,
    'npm error code EINTEGRITY\nnpm error sha512-x integrity checksum failed',
    /by its hash/,
  ],
  ['a registry that wants a sign-in', 1, 'npm error code E401', /sign in/],
  [
    'a registry that lacks a package',
    1,
    'npm error code E404\nnpm error 404 Not Found',
    /does not have a package/,
  ],
  ['an untrusted certificate', 1, 'npm error code SELF_SIGNED_CERT_IN_CHAIN', /certificate.*cafile/],
  ['npm killed for want of memory', 137, '', /memory/],
  ['something else', 7, 'npm error what nobody knows', /ended with 7/],
]

describe('why npm could not install', () => {
  for (const [what, code, output, says] of sentences)
    it(what, () => {
      const said = installFault(code, output)
      expect(said).toMatch(says)
      if (what !== 'no network' && what !== 'a refused connection')
        expect(said).not.toMatch(/Is the network there/)
    })
})
