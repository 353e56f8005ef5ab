import { inviteLink, limits, type RegistrationMode, SottoError } from '@sotto/client'
import type { Answers } from '@sotto/server/control'
import { Command } from 'commander'
import { invocationOf } from '../invocation.ts'
import { table } from '../table.ts'
import { timestamp } from '../time.ts'
import { tellOnce } from '../toldOnce.ts'
import { type DataOptions, dataOf, dataOption } from './dataOption.ts'
import { durationMs } from './duration.ts'

interface CreateOptions extends DataOptions {
  readonly uses: string
  readonly expires: string
  readonly publicUrl: string
}

const usesOf = (text: string): number => {
  const uses = Number(text)
  if (!/^\d+$/.test(text) || uses < 1 || uses > limits.inviteUsesMax)
    throw new SottoError('bad_request', `--uses wants 1 to ${limits.inviteUsesMax}`)
  return uses
}

const lifetimeOf = (text: string): number => {
  const lifetimeMs = durationMs(text)
  if (lifetimeMs === null || lifetimeMs < 1 || lifetimeMs > limits.inviteLifetimeMsMax)
    throw new SottoError('bad_request', '--expires wants a time like 30m, 12h, 7d or 4w, a year at most')
  return lifetimeMs
}

/** What an invite is worth on a server that does not ask for one. */
const aboutMode: Readonly<Record<RegistrationMode, string | null>> = {
  invite: null,
  open: 'Registration is open: nobody needs an invite. sotto serve --registration invite (SOTTO_REGISTRATION) changes that.',
  closed:
    'Registration is closed: invites are not accepted. sotto serve --registration invite (SOTTO_REGISTRATION) changes that.',
}

const accounts = (uses: number): string => (uses === 1 ? 'One account' : `${uses} accounts`)

const createCommand = (): Command =>
  new Command('create')
    .description('create an invite for an account on the server on this machine; shown once')
    .option('--uses <count>', 'how many accounts can be created with it', '1')
    .option('--expires <time>', 'how long it lasts: 30m, 12h, 7d, 4w', '7d')
    .addOption(dataOption())
    .option(
      '--public-url <url>',
      'the address that people open, if the server does not know it (SOTTO_PUBLIC_URL)',
      process.env['SOTTO_PUBLIC_URL'] || '',
    )
    .action(async (options: CreateOptions, command: Command) => {
      const { output } = invocationOf(command)
      const uses = usesOf(options.uses)
      const lifetimeMs = lifetimeOf(options.expires)
      const { administer } = await import('@sotto/server/control')
      const publicUrl = options.publicUrl || null
      const data = dataOf(options, publicUrl)
      const takenBack = async (id: number): Promise<void> => {
        for await (const _revoked of administer(data, { do: 'invite.revoke', id }));
      }
      // Another thing is asked of the server when it has answered this one.
      const create = { do: 'invite.create', uses, lifetimeMs } as const
      const all: Answers['invite.create'][] = []
      for await (const made of administer(data, create)) all.push(made)
      for (const { id, key, expiresMs, registration, ...made } of all) {
        const link = made.link ?? (publicUrl === null ? null : inviteLink(publicUrl, key))
        const expires = timestamp(expiresMs)
        await tellOnce(output, { id, key, link, uses, expires }, link ?? key, {
          what: `invite ${id}`,
          revoke: `sotto invite revoke ${id}`,
          takeBack: () => takenBack(id),
        })
        output.remark(`${accounts(uses)}, until ${expires}. sotto invite revoke ${id} withdraws it.`)
        if (link === null)
          output.remark('The page asks for the key; with --public-url URL you get a link that contains it.')
        const about = registration && aboutMode[registration]
        if (about) output.remark(about)
      }
    })

const listCommand = (): Command =>
  new Command('list')
    .description('list the invites that can still be used, without their keys')
    .addOption(dataOption())
    .action(async (options: DataOptions, command: Command) => {
      const { output } = invocationOf(command)
      const { administer } = await import('@sotto/server/control')
      const rows: string[][] = []
      for await (const { id, usesMax, uses, createdMs, expiresMs } of administer(dataOf(options), {
        do: 'invite.list',
      })) {
        const [created, expires] = [timestamp(createdMs), timestamp(expiresMs)]
        output.result({ id, uses: usesMax, used: uses, created, expires }, null)
        rows.push([String(id), `${uses} of ${usesMax} used`, `until ${expires}`])
      }
      if (output.format === 'json') return
      if (rows.length > 0) output.result(null, table(rows))
      else output.remark('No invites. sotto invite creates one.')
    })

const revokeCommand = (): Command =>
  new Command('revoke')
    .description('withdraw an invite; accounts created with it stay')
    .argument('<id>', 'its number, from sotto invite list')
    .addOption(dataOption())
    .action(async (text: string, options: DataOptions, command: Command) => {
      const { output } = invocationOf(command)
      const id = Number(text)
      if (!Number.isSafeInteger(id) || id < 1) throw new SottoError('bad_request', `${text} is no number`)
      const { administer } = await import('@sotto/server/control')
      for await (const _revoked of administer(dataOf(options), { do: 'invite.revoke', id }))
        output.result({ id, revoked: true }, `Invite ${id} is withdrawn.`)
    })

export const inviteCommand = (): Command =>
  new Command('invite')
    .description('manage invites for accounts on the server on this machine')
    .addCommand(createCommand(), { isDefault: true })
    .addCommand(listCommand())
    .addCommand(revokeCommand())
