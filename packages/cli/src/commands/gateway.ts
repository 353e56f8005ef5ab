import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { SottoError } from '@sotto/client'
import { Command, Option } from 'commander'
import { type OaepHash, oaepHashes } from '../gateway/pair/oaepHash.ts'
import { invocationOf } from '../invocation.ts'
import { serverOption } from '../lane/options.ts'
import { styled } from '../output.ts'
import { endRequested } from '../signals.ts'
import { table } from '../table.ts'

interface Options {
  readonly server?: string
  readonly port: string
  readonly room: string
  readonly tokenFile?: string
  readonly oaep?: OaepHash
}

const tokenBytes = 32
const portDefault = '5050'

const portOf = (text: string): number => {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new SottoError('bad_request', `${text} is not a port`)
  return port
}

/** An address that holds the token, to which old programs append what they call: they can be told nothing else. */
const addressFor = (url: string, token: string): string => `${url}/?token=${token}&call=`

const whyNot = (error: unknown, port: string): unknown =>
  error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
    ? new SottoError('unavailable', `port ${port}: it cannot be used; choose another one with --port`)
    : error

export const gatewayCommand = (): Command =>
  new Command('gateway')
    .description('let plain programs on this machine chat; the gateway does the encryption')
    .addOption(serverOption())
    .option('--port <port>', 'port to listen on, for this machine only', portDefault)
    .option('--room <name>', 'the classic room in which they talk', 'General')
    .option('--token-file <file>', 'write the token to this file, for this user only, and do not print it')
    .addOption(
      new Option('--oaep <hash>', 'of RSA-OAEP, for old receivers that are not seen to send').choices(
        oaepHashes,
      ),
    )
    .action(async (options: Options, command: Command) => {
      const { output, profile } = invocationOf(command)
      if (options.server === undefined)
        throw new SottoError('bad_request', 'give the address with --server URL')
      const token = randomBytes(tokenBytes).toString('base64url')
      const { startGateway } = await import('../gateway/gateway.ts')
      const gateway = await startGateway({
        profile,
        server: options.server,
        room: options.room,
        port: portOf(options.port),
        token,
        oaepHash: options.oaep,
        output,
      }).catch((error: unknown) => {
        throw whyNot(error, options.port)
      })
      const { tokenFile } = options
      if (tokenFile !== undefined) {
        // Anew: a file that is there may be readable to others.
        rmSync(tokenFile, { force: true })
        writeFileSync(tokenFile, `${token}\n`, { mode: 0o600, flag: 'wx' })
      }
      // Before anybody is told that it runs: from then on it may be asked to end.
      const ended = endRequested()
      const { url, page } = gateway
      const programs = addressFor(url, token)
      output.result(
        { url, room: options.room, ...(tokenFile === undefined ? { token, page, programs } : { tokenFile }) },
        table([
          ['Gateway', styled('bold', url)],
          ['Room', options.room],
          ['Token', tokenFile === undefined ? token : `in ${tokenFile}`],
          ...(tokenFile === undefined ? [['Page', page] as const, ['Old programs', programs] as const] : []),
        ]),
      )
      output.remark(
        'Open the page in a browser of this machine. Programs connect by Socket.IO with auth {token}. Stop with Ctrl+C.',
      )
      await ended
      await gateway.close()
    })
