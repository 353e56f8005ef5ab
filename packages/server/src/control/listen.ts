import { chmodSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { once } from 'node:events'
import { type FailureCode, failures, SottoError } from '@sotto/protocol'
import type { EventLog } from '../logging/eventLog.ts'
import { readAction } from './actions.ts'
import type { Administration } from './administration.ts'
import { makePlace } from './place.ts'
import { linesOf, readQuestion, type Reply, writeReply } from './wire.ts'

/** The commands of the host, answered by the server that runs: over a socket that only its own user can open. */
export interface Control {
  close(): Promise<void>
}

interface Dependencies {
  readonly dataDirectory: string
  readonly administration: Administration
  readonly log: EventLog
}

const socketMode = 0o600
const connectionsMax = 8
/** From its beginning to its end, and whether it makes progress. */
const idleMsMax = 10_000

const send = async (socket: Socket, reply: Reply): Promise<void> => {
  if (!socket.write(writeReply(reply))) await once(socket, 'drain')
}

const failureOf = (error: unknown): { readonly code: FailureCode; readonly message: string } =>
  error instanceof SottoError
    ? { code: error.code, message: error.message }
    : { code: 'internal', message: failures.internal.text }

/** One connection is one question and what answers it. */
const serve = async (socket: Socket, { administration, log }: Dependencies): Promise<void> => {
  for await (const line of linesOf(socket)) {
    try {
      const action = readAction(readQuestion(line))
      log.info('administered', { operation: action.do })
      for await (const item of administration.perform(action)) await send(socket, { kind: 'item', item })
      await send(socket, { kind: 'end' })
    } catch (error) {
      if (!(error instanceof SottoError)) log.failure(error, { operation: 'control' })
      await send(socket, { kind: 'failed', ...failureOf(error) })
    }
    break
  }
  socket.end()
}

/** @throws Error of the system where nothing can listen there */
export const listenForHost = async (dependencies: Dependencies): Promise<Control> => {
  const place = makePlace(dependencies.dataDirectory)
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    if (sockets.size >= connectionsMax) return void socket.destroy()
    sockets.add(socket)
    socket.setTimeout(idleMsMax, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.once('close', () => sockets.delete(socket))
    // Who hangs up, or says what is no line, has ended it.
    serve(socket, dependencies).catch(() => socket.destroy())
  })
  server.listen(place.path)
  await once(server, 'listening')
  if (process.platform !== 'win32') chmodSync(place.path, socketMode)
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
      place.clear()
    },
  }
}
