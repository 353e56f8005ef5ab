import { Command, CommanderError } from 'commander'
import { failures } from '@sotto/client'
import { blockCommand, blockedCommand, unblockCommand } from './commands/block.ts'
import { botCommand } from './commands/bot.ts'
import { chatCommand } from './commands/chat.ts'
import { completionCommand } from './commands/completion.ts'
import { conformanceCommand } from './commands/conformance.ts'
import { gatewayCommand } from './commands/gateway.ts'
import { laneCommand } from './commands/lane.ts'
import { hookCommand } from './commands/hook.ts'
import { loginCommand } from './commands/login.ts'
import { logoutCommand } from './commands/logout.ts'
import { manCommand } from './commands/man.ts'
import { receiveCommand } from './commands/receive.ts'
import { registerCommand } from './commands/register.ts'
import { roomCommand } from './commands/room.ts'
import { roomsCommand } from './commands/rooms.ts'
import { sendCommand } from './commands/send.ts'
import { serveCommand } from './commands/serve.ts'
import { tokenCommand } from './commands/token.ts'
import { whoamiCommand } from './commands/whoami.ts'
import { adminCommand } from './host/admin.ts'
import { inviteCommand } from './host/invite.ts'
import { reportFailure } from './failureText.ts'
import { versionText } from './version.ts'
import { defaultProfile, type GlobalOptions } from './invocation.ts'

const program = (): Command =>
  new Command('sotto')
    .description('End-to-end encrypted team chat that anyone can host with one command')
    .option('--json', 'one JSON value a line, for programs')
    .option('-V, --version', 'print the version, and the commit where it is known')
    .option('--profile <directory>', 'where keys and messages are kept (SOTTO_PROFILE)', defaultProfile)
    .configureHelp({ sortSubcommands: false, showGlobalOptions: true })
    .showHelpAfterError('(--help says more)')

const commands = [
  serveCommand,
  inviteCommand,
  adminCommand,
  registerCommand,
  loginCommand,
  logoutCommand,
  whoamiCommand,
  roomsCommand,
  roomCommand,
  hookCommand,
  sendCommand,
  receiveCommand,
  chatCommand,
  botCommand,
  laneCommand,
  gatewayCommand,
  conformanceCommand,
  completionCommand,
  manCommand,
  tokenCommand,
  blockCommand,
  unblockCommand,
  blockedCommand,
]

/** Commander ends the process itself unless told otherwise, before what was opened is closed. */
const withoutExit = (command: Command): Command => {
  command.exitOverride()
  command.commands.forEach(withoutExit)
  return command
}

/** A reader that has seen enough (`sotto receive | head`) is no failure. */
const endQuietlyWithReader = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })
}

/** `sotto` with all of its commands. */
export const sottoCommand = (): Command => {
  const sotto = program()
  for (const command of commands) sotto.addCommand(command())
  sotto.on('option:version', () => {
    process.stdout.write(`${versionText()}\n`)
    throw new CommanderError(0, 'commander.version', 'the version')
  })
  return sotto
}

/** Runs one command line. @returns the exit code: 0, or that of the failure */
export const main = async (args: readonly string[]): Promise<number> => {
  endQuietlyWithReader()
  const sotto = sottoCommand()
  withoutExit(sotto)
  try {
    await sotto.parseAsync(args, { from: 'user' })
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // Help and complaints about the command line have been printed already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : failures.bad_request.exit
    return reportFailure(error, sotto.opts<GlobalOptions>().json ? 'json' : 'human')
  }
}
