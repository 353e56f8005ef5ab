import { type Client, type VerificationView, type VerifyOutcome, SottoError } from '@sotto/client'
import { Command, Option } from 'commander'
import { renderUnicodeCompact } from 'uqr'
import { confirmed } from '../confirmation.ts'
import { invocationOf, withAccount } from '../invocation.ts'
import { acquaintance } from '../acquaintance.ts'
import type { Output } from '../output.ts'
import { printableLine } from '../printable.ts'
import { identityText } from '../roomState.ts'
import { settled } from '../waiting.ts'

interface Options {
  readonly digits?: string
  readonly code?: string
  readonly undo?: boolean
  readonly qr?: boolean
}

const groupsPerLine = 4

/** In groups of five, as one reads them to somebody. */
const linesOf = (digits: string): readonly string[] => {
  const groups = digits.match(/.{5}/g) ?? []
  return Array.from({ length: groups.length / groupsPerLine }, (_, line) =>
    groups.slice(line * groupsPerLine, (line + 1) * groupsPerLine).join(' '),
  )
}

const whyNot = (outcome: Exclude<VerifyOutcome, 'match'>, name: string): string => {
  switch (outcome) {
    case 'other_digits':
      return `these are not the digits that you and ${name} have. If they were read correctly, somebody stands between you: say nothing secret`
    case 'no_code':
      return 'this is not the code of a person on Sotto'
    case 'other_person':
      return `this code is not ${name}’s`
    case 'other_sight':
      return `${name} sees another account in your place: somebody stands between you. Say nothing secret`
  }
}

/** @throws SottoError `bad_request` where it does not match: nothing was changed */
const compare = async (
  client: Client,
  { account, name }: VerificationView,
  by: { readonly digits: string } | { readonly code: string },
): Promise<void> => {
  const outcome = await client.verify({ account, ...by })
  if (outcome !== 'match') throw new SottoError('bad_request', whyNot(outcome, printableLine(name)))
}

const show = (output: Output, view: VerificationView, qr: boolean): void => {
  const name = printableLine(view.name)
  const state = identityText(view.identity) || 'not compared yet'
  const picture = qr ? `\n\n${renderUnicodeCompact(view.code)}` : ''
  const digits = linesOf(view.digits).map((line) => `  ${line}`)
  output.result(
    view,
    `${name}: ${state}\n\nThe same 60 digits must stand on ${name}’s screen:\n\n${digits.join('\n')}${picture}`,
  )
}

/** Asks where somebody can be asked; a script gives what it has compared as an option. */
const ask = async (client: Client, output: Output, view: VerificationView): Promise<void> => {
  if (output.format === 'json' || !process.stdin.isTTY || view.identity !== 'unverified') return
  await confirmed(`Does ${printableLine(view.name)} have the same digits?`, {
    unasked: 'nobody can be asked',
    no: 'nothing was changed',
  })
  await compare(client, view, { digits: view.digits })
  output.result(null, `${printableLine(view.name)} is verified on this device.`)
}

export const verifyCommand = (): Command =>
  new Command('verify')
    .description('compare keys with somebody, so that you know that nobody stands between you')
    .argument('<name>', 'somebody with whom you share a room')
    .option('--qr', 'show the code, too: a camera app reads its text, which the other one gives to --code')
    .addOption(new Option('--digits <digits>', 'what the other one reads to you').conflicts(['code', 'undo']))
    .addOption(new Option('--code <text>', 'the text of the code that the other one shows').conflicts('undo'))
    .option('--undo', 'take back that you have compared')
    .action(async (wanted: string, options: Options, command: Command) => {
      const invocation = invocationOf(command)
      const { output } = invocation
      const { digits, code, undo, qr = false } = options
      await withAccount(invocation, async (client) => {
        await settled(client)
        const { account } = await acquaintance(client, wanted)
        const view = await client.verification({ account })
        const name = printableLine(view.name)
        if (undo) {
          await client.unverify({ account })
          return output.result({ account, verified: false }, `${name} is not verified any more.`)
        }
        if (digits === undefined && code === undefined) {
          show(output, view, qr)
          return ask(client, output, view)
        }
        await compare(client, view, digits === undefined ? { code: code ?? '' } : { digits })
        return output.result({ account, verified: true }, `${name} is verified on this device.`)
      })
    })
