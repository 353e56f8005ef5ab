import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { SottoError } from '@sotto/client'
import { hostVariables } from './variables.ts'

/** What was found in the file of settings. */
export interface SettingsFile {
  readonly path: string
  /** Names of which its values are used now. */
  readonly used: readonly string[]
  /** Names that mean nothing to Sotto. */
  readonly unknown: readonly string[]
  readonly values: Readonly<Record<string, string>>
}

type Environment = Record<string, string | undefined>

const bytesMax = 65_536
const writableByOthers = 0o022

/** Says where the file is, or `off`. */
const variable = 'SOTTO_ENV_FILE'

const pathOf = (environment: Environment, directory: string): string | undefined => {
  const given = environment[variable]
  if (given === 'off') return undefined
  return given ? given : join(directory, '.env')
}

const refuse = (path: string, why: string): never => {
  throw new SottoError('bad_request', `${path} ${why}; or start without it: ${variable}=off`)
}

/** Whoever can write there says with which data, and for whom, a server runs. */
const checkOwn = (path: string, { mode, uid }: { readonly mode: number; readonly uid: number }): void => {
  const own = process.getuid?.()
  if (own === undefined) return
  if (uid !== own && uid !== 0) refuse(path, 'belongs to another user and is not trusted: make it yours')
  if (mode & writableByOthers)
    refuse(path, `can be changed by others and is not trusted: chmod go-w '${path}'`)
}

const isAbsent = (error: unknown): boolean => (error as { readonly code?: unknown }).code === 'ENOENT'

/** Judged and read through one handle: nobody puts another file in its place in between. */
const textOf = (path: string, isNamed: boolean): string | undefined => {
  let file: number
  try {
    // A pipe would be waited for.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    if (isAbsent(error) && !isNamed) return undefined
    return refuse(path, isAbsent(error) ? 'is not there' : 'cannot be read')
  }
  try {
    const found = fstatSync(file)
    // A folder of that name is somebody else's: environments of Python are often called so.
    if (found.isDirectory() && !isNamed) return undefined
    if (!found.isFile()) refuse(path, 'is not a file')
    if (found.size > bytesMax) refuse(path, `has more than ${bytesMax} bytes`)
    checkOwn(path, found)
    return readFileSync(file, 'utf8')
  } finally {
    closeSync(file)
  }
}

/**
 * Reads `.env` of the directory, in the form of Node's own reader, and puts into the environment what it says of this
 * program and the environment does not. What it says of others stays out.
 *
 * @throws SottoError `bad_request` for a file that others can change
 */
export const takeSettingsFile = (environment: Environment, directory: string): SettingsFile | undefined => {
  const path = pathOf(environment, directory)
  if (path === undefined) return undefined
  const text = textOf(path, Boolean(environment[variable]))
  if (text === undefined) return undefined
  const values = Object.fromEntries(
    Object.entries(parseEnv(text)).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  )
  const names = Object.keys(values).toSorted()
  const used = names.filter((name) => hostVariables.has(name) && !environment[name])
  for (const name of used) environment[name] = values[name]
  return { path, used, unknown: names.filter((name) => !hostVariables.has(name)), values }
}
