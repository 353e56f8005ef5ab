import { SottoError } from '@sotto/protocol'
import { isCommand } from '../commands/table.ts'
import type { Client } from '../view.ts'
import { type Channel, isRequest, type Reply, type Request } from './messages.ts'

/** Answers remembered, so that a call repeated on the way is carried out once. */
const answersKept = 512

/**
 * Lets the other side of `channel` use `client`.
 *
 * @param server names this period of serving; another one than before tells the others that calls may be lost
 * @returns a function that ends serving and leaves the client open
 */
export const serveClient = (client: Client, channel: Channel, server: string): (() => void) => {
  const post = (reply: Reply): void => channel.post(reply)
  const greet = (): void => post({ kind: 'serving', server, state: client.state() })
  const answers = new Map<string, Promise<Reply>>()

  const answer = (request: Extract<Request, { kind: 'call' }>): Promise<Reply> => {
    const known = answers.get(request.call)
    if (known) return known
    const reply = carryOut(client, request)
    answers.set(request.call, reply)
    const [oldest] = answers.keys()
    if (answers.size > answersKept && oldest !== undefined) answers.delete(oldest)
    return reply
  }

  let serving = true
  const unsubscribe = client.subscribe((event) => post({ kind: 'event', event }))
  const unlisten = channel.listen((message) => {
    if (!isRequest(message)) return
    switch (message.kind) {
      case 'hello':
        return greet()
      case 'call':
        if ((message.server ?? server) !== server) return
        void answer(message).then((reply) => {
          if (serving) post(reply)
        })
    }
  })
  greet()
  return () => {
    serving = false
    unsubscribe()
    unlisten()
  }
}

const carryOut = async (client: Client, request: Extract<Request, { kind: 'call' }>): Promise<Reply> => {
  const { call, command, input } = request
  try {
    if (!isCommand(command)) throw new SottoError('outdated', `no command ${command} is known here`)
    // Inputs are checked by the client itself, as those of any caller.
    const run = client[command] as (input: unknown) => Promise<unknown>
    return { kind: 'result', call, value: await run(input) }
  } catch (error) {
    const { code, message, detail } = error instanceof SottoError ? error : new SottoError('internal')
    return { kind: 'failure', call, code, message, detail }
  }
}
