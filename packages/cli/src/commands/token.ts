import { type AccessScope, accessScopes, limits, SottoError } from '@sotto/client'
import { Command, Option } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { table } from '../table.ts'
import { timestamp } from '../time.ts'
import { tellOnce } from '../toldOnce.ts'

interface CreateOptions {
  readonly scopes: readonly AccessScope[]
  readonly days: string
}

const readScopes = (text: string): readonly AccessScope[] => {
  const words = text.split(',').map((word) => word.trim())
  const unknown = words.find((word) => !accessScopes.some((scope) => scope === word))
  if (unknown !== undefined)
    throw new SottoError('bad_request', `${unknown} is not a scope; use ${accessScopes.join(', ')}`)
  return accessScopes.filter((scope) => words.includes(scope))
}

const daysOf = (text: string): number => {
  const days = Number(text)
  if (!Number.isInteger(days) || days < 1 || days > limits.openAccessTokenDaysMax)
    throw new SottoError('bad_request', `--days wants 1 to ${limits.openAccessTokenDaysMax}`)
  return days
}

const createCommand = (): Command =>
  new Command('create')
    .description('create an access token for a script of yours; it is shown once')
    .argument('<name>', 'what it is for')
    .addOption(
      new Option('--scopes <list>', 'what it can do: read, send, rooms, account')
        .argParser(readScopes)
        .default(['read', 'send', 'account'], 'read,send,account'),
    )
    .option('--days <days>', 'how long it lasts', '90')
    .action(async (label: string, { scopes, days }: CreateOptions, command: Command) => {
      const invocation = invocationOf(command)
      await withAccount(invocation, async (client) => {
        const made = await client.createAccessToken({ label, scopes, days: daysOf(days) })
        const expires = timestamp(made.expiresMs)
        const value = { id: made.id, token: made.token, expires }
        await tellOnce(invocation.output, value, made.token, {
          what: `access token ${made.id}`,
          revoke: `sotto token revoke ${made.id}`,
          takeBack: () => client.revokeAccessToken({ id: made.id }),
        })
        invocation.output.remark(
          `Until ${expires}. It is not shown again; sotto token revoke ${made.id} ends it.`,
        )
      })
    })

const listCommand = (): Command =>
  new Command('list')
    .description('list the access tokens of this account, without their secrets')
    .action(async (_options: object, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      await withAccount(invocation, async (client) => {
        const tokens = (await client.accessTokens({})).map(({ id, label, scopes, createdMs, expiresMs }) => ({
          id,
          name: label,
          scopes,
          created: timestamp(createdMs),
          expires: timestamp(expiresMs),
        }))
        if (output.format === 'json') for (const token of tokens) output.result(token, null)
        else if (tokens.length > 0)
          output.result(
            null,
            table(
              tokens.map(({ id, name, scopes, expires }) => [
                String(id),
                printableLine(name),
                scopes.join(','),
                `until ${expires}`,
              ]),
            ),
          )
        else output.remark('No access tokens. sotto token create NAME creates one.')
      })
    })

const revokeCommand = (): Command =>
  new Command('revoke')
    .description('revoke an access token; its connections are closed at once')
    .argument('<id>', 'its number, from sotto token list')
    .action(async (text: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      const id = Number(text)
      if (!Number.isSafeInteger(id) || id < 1) throw new SottoError('bad_request', `${text} is no number`)
      await withAccount(invocation, async (client) => {
        await client.revokeAccessToken({ id })
        invocation.output.result({ id, revoked: true }, `Access token ${id} is revoked.`)
      })
    })

export const tokenCommand = (): Command =>
  new Command('token')
    .description('manage access tokens, with which your scripts use the open lane')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
