import { setTimeout as delay } from 'node:timers/promises'
import { Command, CommanderError, Option } from 'commander'
import { failures } from '@sotto/client'
import { blockCommand, blockedCommand, unblockCommand } from './commands/block.ts'
import { botCommand } from './commands/bot.ts'
import { bridgeCommand } from './commands/bridge.ts'
import { chatCommand } from './commands/chat.ts'
import { completionCommand } from './commands/completion.ts'
import { conformanceCommand } from './commands/conformance.ts'
import { gatewayCommand } from './commands/gateway.ts'
import { laneCommand } from './commands/lane.ts'
import { hookCommand } from './commands/hook.ts'
import { keysCommand } from './commands/keys.ts'
import { loginCommand } from './commands/login.ts'
import { logoutCommand } from './commands/logout.ts'
import { manCommand } from './commands/man.ts'
import { reactCommand } from './commands/react.ts'
import { receiveCommand } from './commands/receive.ts'
import { registerCommand } from './commands/register.ts'
import { roomCommand } from './commands/room.ts'
import { roomsCommand } from './commands/rooms.ts'
import { sendCommand } from './commands/send.ts'
import { serveCommand } from './commands/serve.ts'
import { tokenCommand } from './commands/token.ts'
import { verifyCommand } from './commands/verify.ts'
import { whoamiCommand } from './commands/whoami.ts'
import { adminCommand } from './host/admin.ts'
import { inviteCommand } from './host/invite.ts'
import { takeSettings } from './host/settings.ts'
import { checkArguments } from './arguments.ts'
import { reportFailure } from './failureText.ts'
import type { OutputFormat } from './output.ts'
import { versionText } from './version.ts'
import { defaultProfile, type GlobalOptions } from './invocation.ts'
import { wasAskedToEnd } from './signals.ts'
import { ReaderGone, standardOutput } from './written.ts'

const program = (): Command =>
  new Command('sotto')
    .description('End-to-end encrypted team chat that anyone can host with one command')
    .option('--json', 'one JSON value per line, for programs')
    .option('-V, --version', 'print the version, and the commit where it is known')
    .option('--profile <directory>', 'where keys and messages are kept (SOTTO_PROFILE)', defaultProfile)
    .addOption(
      new Option('--keys <place>', 'where to keep the keys of a new profile (SOTTO_KEYS)').choices([
        'keystore',
        'passphrase',
        'file',
      ]),
    )
    .option('--passphrase-file <file>', 'read the passphrase of the profile there (SOTTO_PASSPHRASE_FILE)')
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .showHelpAfterError('(see --help)')

const commands = [
  serveCommand,
  inviteCommand,
  adminCommand,
  registerCommand,
  loginCommand,
  logoutCommand,
  whoamiCommand,
  keysCommand,
  roomsCommand,
  roomCommand,
  hookCommand,
  sendCommand,
  receiveCommand,
  chatCommand,
  reactCommand,
  botCommand,
  bridgeCommand,
  laneCommand,
  gatewayCommand,
  conformanceCommand,
  completionCommand,
  manCommand,
  tokenCommand,
  verifyCommand,
  blockCommand,
  unblockCommand,
  blockedCommand,
]

/** Commander ends the process itself unless told otherwise, before what was opened is closed. */
const withoutExit = (command: Command): Command => {
  command.exitOverride().configureOutput({ writeOut: (text) => void standardOutput.put(text) })
  command.commands.forEach(withoutExit)
  return command
}

/** What was said to nobody is no failure of its own: whoever waits for what was written hears of it there. */
const surviveReaders = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

/** An error that no command catches is told in one line, like any other failure, in place of Node's stack trace. */
const endByBug = (format: OutputFormat, error: unknown): never => process.exit(reportFailure(error, format))

/** `sotto` with all of its commands. */
export const sottoCommand = (): Command => {
  const sotto = program()
  for (const command of commands) sotto.addCommand(command())
  sotto.on('option:version', () => {
    void standardOutput.put(`${versionText()}\n`)
    throw new CommanderError(0, 'commander.version', 'the version')
  })
  return sotto
}

/** Those that speak for the server of this machine, and go by its file of settings. */
const hostCommands: ReadonlySet<string> = new Set(['serve', 'invite', 'admin'])

interface AskedFor {
  readonly command: string
  readonly format: OutputFormat
}

/** What is known of a command line before the commands are made, whose options have their values from the environment. */
const askedFor = (args: readonly string[]): AskedFor => {
  const reader = program()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  const commandOf = (): string => {
    try {
      return reader.parseOptions([...args]).operands[0] ?? ''
    } catch {
      // The commands themselves say what is wrong with it.
      return ''
    }
  }
  const command = commandOf()
  return { command, format: reader.opts<GlobalOptions>().json ? 'json' : 'human' }
}

/** Runs the command, and waits until what it has said is written. */
const perform = async (sotto: Command, args: readonly string[]): Promise<number> => {
  try {
    await sotto.parseAsync(args, { from: 'user' })
  } catch (error) {
    // Help and complaints about the command line are there already.
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) return failures.bad_request.exit
  }
  await lastWords()
  return Number(process.exitCode ?? 0)
}

const lastWordsMs = 1000

/** What was said is let out first; a program that was asked to end does not wait long for who does not read. */
const lastWords = async (): Promise<void> => {
  const written = standardOutput.written()
  if (wasAskedToEnd()) await Promise.race([written, delay(lastWordsMs)])
  else await written
}

/** Runs one command line. @returns the exit code: 0, or that of the failure */
export const main = async (args: readonly string[]): Promise<number> => {
  surviveReaders()
  const { command, format } = askedFor(args)
  process.on('uncaughtException', (error) => endByBug(format, error))
  try {
    checkArguments(args)
    if (hostCommands.has(command)) takeSettings(process.env, process.cwd())
    const sotto = sottoCommand()
    withoutExit(sotto)
    return await perform(sotto, args)
  } catch (error) {
    if (error instanceof ReaderGone) return 0
    await lastWords().catch(() => {})
    return reportFailure(error, format)
  }
}
