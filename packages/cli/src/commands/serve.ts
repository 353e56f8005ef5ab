import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SottoError } from '@sotto/client'
import type { RunningServer } from '@sotto/server'
import { Command } from 'commander'
import { dataPlace, thisMachine } from '../dataPlace.ts'
import { type ServeOptions, serveOptions } from '../host/serveOptions.ts'
import { type Started, tellDoubts, tellStarted } from '../host/serveWords.ts'
import { tellSettings, tlsFiles } from '../host/settings.ts'
import { updateWords } from '../host/update.ts'
import { invocationOf } from '../invocation.ts'
import { listeningProblem } from '../listening.ts'
import type { Output } from '../output.ts'
import { endRequested } from '../signals.ts'

const webDirectory = fileURLToPath(new URL('../../../web/dist', import.meta.url))

const portOf = (text: string): number => {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new SottoError('bad_request', `${text} is not a port; ports are numbers from 1 to 65535`)
  return port
}

/** What is separated by commas or spaces. */
const listOf = (text: string): readonly string[] => text.split(/[\s,]+/).filter((entry) => entry !== '')

/** Starts what the options say. @throws SottoError where they say nothing that can be, or it cannot listen */
const start = async (options: ServeOptions, output: Output): Promise<Started<RunningServer>> => {
  const place = dataPlace(options.data, thisMachine())
  const port = portOf(options.port)
  const hasWeb = existsSync(join(webDirectory, 'index.html'))
  const { isPublic, startServer, threadLoad } = await import('@sotto/server')
  const { publicUrl } = options
  const trustProxy = listOf(options.trustProxy)
  const trustNetwork = listOf(options.trustNetwork)
  const reach = {
    host: options.host,
    trustProxy,
    hostNames: listOf(options.hostNames),
    ...(publicUrl === '' ? {} : { publicUrl }),
  }
  tellSettings(output, isPublic(reach))
  const server = await startServer({
    ...reach,
    port,
    dataDirectory: place.path,
    load: threadLoad(),
    webDirectory: hasWeb ? webDirectory : null,
    open: options.open && process.env['SOTTO_OPEN'] !== 'off',
    ...tlsFiles(options.cert, options.key),
    trustNetwork,
    allowedOrigins: listOf(options.allowOrigin),
    ...(options.registration ? { registration: options.registration } : {}),
    clockIsRight: options.clockIsRight,
    dataIsRight: options.dataIsRight,
    tellUpdate: updateWords(place.path, (text) => output.notice({ update: text }, text)),
    // A person at a terminal wants to know what is wrong; whoever collects a log wants all of it.
    logLevel: options.logLevel ?? (process.stderr.isTTY ? 'warn' : 'info'),
  }).catch((error: unknown) => {
    throw listeningProblem(error, port, options.host)
  })
  return { server, place, hasWeb, publicUrl, trustProxy, trustNetwork }
}

export const serveCommand = (): Command => {
  const command = new Command('serve').description('run a server')
  for (const option of serveOptions()) command.addOption(option)
  return command.action(async (options: ServeOptions) => {
    const { output } = invocationOf(command)
    const started = await start(options, output)
    tellStarted(output, started)
    tellDoubts(output, started)
    const signal = await endRequested()
    output.remark(`\n${signal}: stopping. Press again to stop at once.`)
    await started.server.close()
    output.remark('Stopped.')
  })
}
