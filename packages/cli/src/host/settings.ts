import { SottoError } from '@sotto/client'
import type { Output } from '../output.ts'
import { type SettingsFile, takeSettingsFile } from './settingsFile.ts'
import { exampleSecretIn, isProduction, type NotUsed, notUsed } from './variables.ts'

let file: SettingsFile | undefined

/** Lets `.env` say what the command line and the environment do not. @throws SottoError `bad_request` */
export const takeSettings = (environment: NodeJS.ProcessEnv, directory: string): void => {
  file = takeSettingsFile(environment, directory)
}

const notUsedText = ({ name, instead }: NotUsed): string =>
  instead === null ? `${name} is not a setting of sotto serve.` : `${name} is not used: ${instead}.`

/**
 * Says which settings come from `.env`, and which are there and do nothing.
 *
 * @param isPublic whether others reach the server: then it is no trial, unless the settings say that it is one
 * @throws SottoError `bad_request` for a secret that stands in instructions, where it is no trial
 */
export const tellSettings = (output: Output, isPublic: boolean): void => {
  const environment = { ...file?.values, ...process.env }
  if (file)
    output.notice(
      { settings: file.path, used: file.used },
      file.used.length === 0
        ? `Settings read from ${file.path}: none that Sotto uses.`
        : `Settings read from ${file.path}: ${file.used.join(', ')}.`,
    )
  const example = exampleSecretIn(environment)
  if (example !== undefined && (isProduction(environment) ?? isPublic))
    throw new SottoError(
      'bad_request',
      `${example} holds a secret from published instructions, which everybody knows. Sotto does not use it, but anything else that does is open to everybody: remove it`,
    )
  for (const setting of notUsed(environment, file?.unknown ?? []))
    output.notice({ notUsed: setting.name, instead: setting.instead }, notUsedText(setting))
}

/** The files of the certificate, if there is one. @throws SottoError `bad_request` for half of a pair */
export const tlsFiles = (
  certificate: string,
  key: string,
): { readonly tls?: { readonly certificate: string; readonly key: string } } => {
  if (certificate === '' && key === '') return {}
  if (certificate === '' || key === '') {
    const missing = certificate === '' ? '--cert FILE (SSL_CERT_PATH)' : '--key FILE (SSL_KEY_PATH)'
    throw new SottoError('bad_request', `a certificate and its key go together: ${missing} is missing`)
  }
  return { tls: { certificate, key } }
}

interface Reached {
  /** Whether others reach the server without TLS. */
  readonly isPlain: boolean
  readonly isBehindProxy: boolean
  readonly trustNetwork: readonly string[]
}

const waysOut = [
  '  a certificate: --cert FILE --key FILE (SSL_CERT_PATH, SSL_KEY_PATH), or',
  '  a proxy that has one: --public-url URL --trust-proxy LIST (SOTTO_PUBLIC_URL, SOTTO_TRUST_PROXY), docs/operate/proxy.md.',
]

/** What to know about passwords on plain http, where there is something. */
export const passwordWarning = ({ isPlain, isBehindProxy, trustNetwork }: Reached): string | undefined => {
  if (trustNetwork.length > 0)
    return [
      `Warning: passwords and sessions are accepted over plain http from ${trustNetwork.join(', ')} (--trust-network): anyone listening there can read them.`,
      'Two ways to avoid this:',
      ...waysOut,
    ].join('\n')
  if (!isPlain || isBehindProxy) return undefined
  return [
    'Warning: this is plain http, and others can reach it. From other machines nobody can register or sign in, and Sotto does not start in browsers. Two ways to fix this:',
    ...waysOut,
  ].join('\n')
}
