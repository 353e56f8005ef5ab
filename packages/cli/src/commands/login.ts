import { normalizeName, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { type Invocation, invocationOf, withClient } from '../invocation.ts'
import { type PasswordOptions, readPassword } from '../input.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { keyMeans } from '../keyMeans.ts'
import { accountResult } from './whoami.ts'

interface Options extends PasswordOptions {
  readonly server?: string
}

/** @returns whether the account is found elsewhere from now on */
const move = async ({ profile, output }: Invocation, server: string): Promise<boolean> => {
  const { moveProfile } = await import('@sotto/client/node')
  const hasMoved = await withProgress(
    () => 'Checking the server',
    moveProfile(profile, server, await keyMeans()),
  )
  if (hasMoved)
    output.remark(
      `This is the same server. This profile now uses ${server}.\n` +
        'Scripts of hooks and programs of the open lane still have the old address.',
    )
  return hasMoved
}

/** What is true of a profile without an account: signing in does not bring one here. */
const nobodyHere = (name: string | undefined): SottoError =>
  new SottoError(
    'no_account',
    `an account lives in the profile that made it, and ${name === undefined ? 'none was' : `${printableLine(name)} was not`} made in this one. ` +
      'Use the profile in which it was created: sotto --profile DIR login. A second device for an account is not possible yet.',
  )

/** @throws SottoError `account_exists` for the name of another account than that of the profile */
const refuseOther = (own: string, name: string | undefined): void => {
  if (name === undefined || normalizeName(name) === own) return
  throw new SottoError(
    'account_exists',
    `this profile is ${printableLine(own)}'s; ${printableLine(name)} signs in where that account was created`,
  )
}

export const loginCommand = (): Command =>
  new Command('login')
    .description('sign in again with the account of this profile')
    .argument('[name]', 'the name of the account; not needed where the profile knows it')
    .option('--server <url>', 'a new address of the same server, which has to prove that it is the same')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (name: string | undefined, options: Options, command: Command) => {
      const invocation = invocationOf(command)
      // A profile that was never used, and one that a failed registration has left behind, say the same.
      const sayNobody = (error: unknown): never => {
        throw error instanceof SottoError && error.code === 'no_account' ? nobodyHere(name) : error
      }
      const hasMoved =
        options.server !== undefined && (await move(invocation, options.server).catch(sayNobody))
      await withClient(invocation, async (client) => {
        const { account } = client.state()
        if (account.kind === 'none') throw new SottoError('no_account')
        refuseOther(account.name, name)
        // Whoever only moves keeps the session.
        if (hasMoved && account.kind === 'signed_in') return accountResult(invocation, account)
        const password = await readPassword(options)
        await withProgress(() => 'Signing in', client.login({ name: name ?? account.name, password }))
        await accountResult(invocation, client.state().account)
      }).catch(sayNobody)
    })
