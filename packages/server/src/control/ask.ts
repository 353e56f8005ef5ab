import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { SottoError } from '@sotto/protocol'
import type { Action, Answers, Verb } from './actions.ts'
import { placeOf } from './place.ts'
import { linesOf, readReply, writeQuestion } from './wire.ts'

/** What a socket says that nobody listens at: none there, or of a server that was killed. */
const nobodyThere: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ENOTDIR'])
const answerMsMax = 60_000

const connected = async (path: string): Promise<Socket | null> => {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return socket
  } catch (error) {
    socket.destroy()
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (nobodyThere.has(code)) return null
    throw new SottoError(
      'forbidden',
      `${path} cannot be opened (${code}); run this as the user of the server`,
    )
  }
}

async function* answers(socket: Socket): AsyncIterable<Answers[Verb]> {
  try {
    for await (const line of linesOf(socket)) {
      const reply = readReply(line)
      switch (reply.kind) {
        case 'item':
          // The border: from the server of this machine's own user, and of the same version.
          yield reply.item as Answers[Verb]
          continue
        case 'end':
          return
        case 'failed':
          throw new SottoError(reply.code, reply.message)
      }
    }
    throw new SottoError('unavailable', 'the server has ended before it had answered')
  } finally {
    socket.destroy()
  }
}

/**
 * Asks the server that has this data; null where none runs.
 *
 * @throws SottoError `forbidden` where its socket is another user's
 */
export const askServer = async (
  dataDirectory: string,
  action: Action,
): Promise<AsyncIterable<Answers[Verb]> | null> => {
  const socket = await connected(placeOf(dataDirectory))
  if (!socket) return null
  socket.setTimeout(answerMsMax, () =>
    socket.destroy(new SottoError('timeout', 'the server did not answer in time')),
  )
  socket.write(writeQuestion(action))
  return answers(socket)
}
