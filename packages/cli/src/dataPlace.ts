import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SottoError } from '@sotto/client'

/** Where a server has its data. */
export type DataPlace =
  | { readonly kind: 'given' | 'home'; readonly path: string }
  /** Where servers of before had them, in a place that a clean-up may take away; `better` is where they should be. */
  | { readonly kind: 'kept'; readonly path: string; readonly better: string }

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** Where servers of before may have left data. */
  readonly former: readonly string[]
  hasData(directory: string): boolean
}

/** The place of the system for what a program keeps, which no clean-up of a checkout touches. */
const homePlace = ({ platform, environment, home }: Surroundings): string => {
  switch (platform) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'Sotto Server')
    case 'win32':
      return join(environment['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'Sotto Server')
    default: {
      const given = environment['XDG_DATA_HOME']
      // The specification has relative ones ignored.
      const base = given && isAbsolute(given) ? given : join(home, '.local', 'share')
      return join(base, 'sotto-server')
    }
  }
}

/**
 * Where the data of a server are, or will be, when nobody says: where they have been, or in the place of the system.
 *
 * @throws SottoError `unavailable` where there are data of more than one server to choose from
 */
export const dataPlace = (given: string, surroundings: Surroundings): DataPlace => {
  if (given !== '') return { kind: 'given', path: resolve(given) }
  const home = homePlace(surroundings)
  const found = [...new Set([...surroundings.former, home])].filter(surroundings.hasData)
  if (found.length > 1)
    throw new SottoError(
      'unavailable',
      `there is server data in ${found.join(' and in ')}; choose with --data DIR (SOTTO_DATA)`,
    )
  const [path = home] = found
  return path === home ? { kind: 'home', path } : { kind: 'kept', path, better: home }
}

const checkout = fileURLToPath(new URL('../../..', import.meta.url))

export const thisMachine = (): Surroundings => ({
  platform: process.platform,
  environment: process.env,
  home: homedir(),
  former: [resolve('data'), join(checkout, 'data')],
  hasData: (directory) => ['sotto.db', 'marker'].some((name) => existsSync(join(directory, name))),
})

/** What to do about data that may be taken away. */
export const adviceOn = (place: DataPlace): string | undefined =>
  place.kind === 'kept'
    ? [
        `The data is in ${place.path}, which a clean-up such as git clean -xd would delete.`,
        `To move it, stop the server, then: mkdir -p '${dirname(place.better)}' && mv '${place.path}' '${place.better}'`,
      ].join('\n')
    : undefined
