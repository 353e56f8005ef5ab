const pathIn = (output) =>
  /(?:npm (?:error|ERR!) path |'|")(\/[^'"\n]+|[A-Za-z]:\\[^'"\n]+)/.exec(output)?.[1]

/** What npm's codes mean for whoever wants to start Sotto; the first that fits, so the definite ones stand first. */
const causes = [
  [
    /\bENOSPC\b|\bEDQUOT\b/,
    () => 'The disk is full. Make room (about 600 MB are needed for installing), and run the command again.',
  ],
  [
    /\bEROFS\b/,
    (output) => `${pathIn(output) ?? 'This folder'} cannot be written: it lies on a read-only file system.`,
  ],
  [
    /\bEACCES\b|\bEPERM\b/,
    (output) =>
      `This user may not write ${pathIn(output) ?? 'here'}. Does it belong to another one? ` +
      'Whoever runs Sotto under another user installs as the owner of the folder first: npm run build',
  ],
  [
    /\bEUSAGE\b|in sync|\bEJSONPARSE\b|\bENOLOCK\b/,
    () =>
      'package.json and package-lock.json do not belong together (a merge or an edit by hand?): ' +
      'git status shows it, git checkout package-lock.json brings the lock file back.',
  ],
  [
    /\bEINTEGRITY\b/,
    () =>
      'A package that arrived is not the one that the lock file names by its hash. Something between here and the ' +
      "registry changed it, or npm's cache is damaged (npm cache verify). Nothing of it was used.",
  ],
  [
    /\bE40[13]\b|\bENEEDAUTH\b/,
    () =>
      'The package registry refuses: it wants somebody to sign in, or forbids these packages (npm config get registry).',
  ],
  [
    /\bE404\b|\bETARGET\b|\bENOVERSIONS\b/,
    () => 'The package registry does not have a package that the lock file names (npm config get registry).',
  ],
  [
    /CERT|SSL|self[- ]signed/i,
    () =>
      'The certificate of the package registry is not trusted here. Behind a company proxy: npm config set cafile.',
  ],
  [
    /\b(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENETDOWN)\b/,
    () =>
      'The package registry cannot be reached. Is the network there, and does npm know the proxy? Then run the command again.',
  ],
  [/\bE5\d\d\b/, () => 'The package registry has trouble of its own. Run the command again in a while.'],
  [/\bEMFILE\b|\bENFILE\b/, () => 'Too many files are open on this machine (ulimit -n).'],
  [
    /heap out of memory|\bENOMEM\b/,
    () => 'There is not enough memory for npm: 1 GB is needed, or 512 MB with swap.',
  ],
]

/**
 * Why npm could not do its work, as far as what it printed tells.
 *
 * @param code its exit code; 137 where the system has killed it
 * @returns one or two sentences with what helps
 */
export const installFault = (code, output) => {
  const cause = causes.find(([sign]) => sign.test(output))
  if (cause) return cause[1](output)
  if (code === 137)
    return 'npm was killed, most likely for want of memory: 1 GB is needed, or 512 MB with swap.'
  return `npm ended with ${code}; what it printed stands above.`
}

/** Faults of the file system that are told without a stack: whoever is at the terminal can put them right. */
const ofTheSystem = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE', 'ENFILE'])

/** @returns what a fault of the file system means, or undefined where it is none */
export const systemFault = ({ code, path }) =>
  ofTheSystem.has(code) ? installFault(1, `${code} '${path ?? ''}'`) : undefined
