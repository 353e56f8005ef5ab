import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Client } from '@sotto/client'
import type { NodeClientOptions } from '@sotto/client/node'
import { SottoError } from '@sotto/client'
import type { Command } from 'commander'
import { keyMeans, type KeyOptions, takeKeyOptions } from './keyMeans.ts'
import { lineOutput, type Output } from './output.ts'
import { tellOutages } from './outage.ts'
import { withoutWebSocket } from './obstacleText.ts'
import { withProgress } from './progress.ts'
import { standardOutput } from './written.ts'

/** What every command gets from the options that stand before or behind it. */
export interface Invocation {
  readonly output: Output
  /** Directory of the profile. */
  readonly profile: string
  /** `command`: the command has a screen of its own, and tells there that the server is away. */
  readonly outages?: 'command'
}

export interface GlobalOptions extends KeyOptions {
  readonly json?: boolean
  readonly profile?: string
}

const dataHome = process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share')

export const defaultProfile = process.env['SOTTO_PROFILE'] || join(dataHome, 'sotto')

export const invocationOf = (command: Command): Invocation => {
  const { json, profile, ...keys } = command.optsWithGlobals<GlobalOptions>()
  const output = lineOutput(json ? 'json' : 'human', standardOutput, process.stderr)
  takeKeyOptions(keys, output)
  return { output, profile: resolve(profile ?? defaultProfile) }
}

const tellRoute = (client: Client, output: Output): void => {
  const { connection } = client.state()
  if (connection.kind === 'online' && connection.route === 'poll') output.remark(withoutWebSocket)
}

/**
 * Opens the profile's client for the time of `work`.
 *
 * @param making for a profile that has no account yet
 */
export const withClient = async <T>(
  { profile, output, outages }: Invocation,
  work: (client: Client) => Promise<T>,
  making: Pick<NodeClientOptions, 'server' | 'deviceKind'> = {},
): Promise<T> => {
  // The client is loaded where it is needed: `sotto serve` and `--help` start without it.
  const { openNodeClient } = await import('@sotto/client/node')
  const opening = openNodeClient({ profile, keys: await keyMeans(), ...making })
  const client = await withProgress(() => 'Opening the profile', opening)
  const stopTelling = outages === 'command' ? () => {} : tellOutages(client, output)
  try {
    return await work(client)
  } finally {
    stopTelling()
    tellRoute(client, output)
    await withProgress(() => 'Closing the profile', client.close())
  }
}

/**
 * The same, for a command that needs an account whose session lasts.
 *
 * @throws SottoError `no_account`, `unauthorized`
 */
export const withAccount = <T>(invocation: Invocation, work: (client: Client) => Promise<T>): Promise<T> =>
  withClient(invocation, async (client) => {
    switch (client.state().account.kind) {
      case 'none':
        throw new SottoError('no_account')
      case 'signed_out':
        throw new SottoError('unauthorized')
      case 'signed_in':
        return work(client)
    }
  })
