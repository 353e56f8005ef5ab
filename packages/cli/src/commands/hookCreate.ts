import { createPublicKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Jwk, type NewHook, type SignatureAlgorithm, SottoError } from '@sotto/client'
import { Command, Option } from 'commander'
import { hookConfig, hookRecipe, type RecipeKind, recipeKinds } from '../hookRecipe.ts'
import { inRoom } from '../inRoom.ts'
import { invocationOf } from '../invocation.ts'
import { styled } from '../output.ts'
import { printableLine } from '../printable.ts'
import { withProgress } from '../progress.ts'
import { roomTitle } from '../roomName.ts'
import { table } from '../table.ts'
import { tellOnce } from '../toldOnce.ts'

interface Options {
  readonly name: string
  readonly algorithm?: SignatureAlgorithm
  readonly key?: string
  readonly reads?: boolean
  readonly recipe: RecipeKind
}

const algorithms = ['ES256', 'PS256', 'EdDSA'] as const satisfies readonly SignatureAlgorithm[]

/** The public half of what a file holds, PEM or JWK. @throws SottoError `bad_request` */
const readKey = (path: string): Jwk => {
  try {
    const text = readFileSync(path, 'utf8')
    const key = text.trimStart().startsWith('{')
      ? createPublicKey({ key: JSON.parse(text) as Jwk, format: 'jwk' })
      : createPublicKey(text)
    return key.export({ format: 'jwk' }) as Jwk
  } catch {
    throw new SottoError('bad_request', `${path} is no key in PEM or JWK`)
  }
}

const summary = (hook: NewHook, server: string): string =>
  table([
    ['hook', hook.hook],
    ['address', `${server}/h/${hook.hook}`],
    ['token', hook.token],
    ['anchor', `${hook.anchor} (the script pins this)`],
    ['signs with', `${hook.algorithm}, ${hook.script ?? ''}`],
  ])

export const hookCreateCommand = (): Command =>
  new Command('create')
    .description('let a script post to a room, and print what it needs; admins and owners only')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .requiredOption('--name <name>', 'name shown with its messages')
    .option(
      '--key <file>',
      'the public key that the script signs with, PEM or JWK; otherwise a key pair is created',
    )
    .option('--reads', 'the script can also read what `sotto hook forward` gives it')
    .addOption(
      new Option('--algorithm <name>', 'algorithm of the new key pair: ES256, PS256 or EdDSA').choices(
        algorithms,
      ),
    )
    .addOption(
      new Option('--recipe <kind>', 'python: with python3-jwcrypto; cryptography; shell: curl and openssl')
        .choices(recipeKinds)
        .default('python'),
    )
    .action(async (wanted: string, options: Options, command: Command) => {
      const invocation = invocationOf(command)
      const { recipe } = options
      const algorithm = options.algorithm ?? (recipe === 'shell' ? 'PS256' : 'ES256')
      if (options.reads && recipe !== 'python')
        throw new SottoError('bad_request', 'the recipe that reads is in Python')
      if (recipe === 'shell' && algorithm !== 'PS256')
        throw new SottoError('bad_request', 'the shell recipe signs with PS256')
      const key = options.key === undefined ? {} : { key: readKey(options.key) }
      const reader = options.reads ? ({ reader: 'generate' } as const) : {}
      await inRoom(invocation, wanted, async (client, room) => {
        const work = client.createHook({ room: room.id, name: options.name, algorithm, ...key, ...reader })
        const hook = await withProgress(() => 'Creating the hook', work)
        const { account } = client.state()
        const server = account.kind === 'none' ? '' : account.server
        const lines = hookRecipe(recipe, server, hook)
        const { output } = invocation
        output.remark(
          `${styled('bold', `hook ${printableLine(hook.name ?? '')}`)} posts into ${roomTitle(room)}.\n` +
            `${summary(hook, server)}\n\n` +
            'The token and the private key are shown only now. What scripts send has no forward secrecy and is not\n' +
            'post-quantum secure: somebody who steals a member’s keys can read what scripts sent.\n\n' +
            'Run this where the script will run:\n',
        )
        const config = hookConfig(server, hook)
        const value = { ...hook, url: `${server}/h/${hook.hook}`, config, recipe: lines }
        await tellOnce(output, value, lines, {
          what: `hook ${printableLine(hook.name ?? '')} (${hook.hook})`,
          revoke: `sotto hook revoke ${room.id} ${hook.hook}`,
          takeBack: () => client.revokeHook({ room: room.id, hook: hook.hook }),
        })
      })
    })
