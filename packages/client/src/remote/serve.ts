import { SottoError } from '@sotto/protocol'
import { isCommand } from '../commands/table.ts'
import type { Client } from '../view.ts'
import { hearAsked, served, servedBare } from './envelope.ts'
import { type Channel, isRequest, type Reply, type Request } from './messages.ts'

/** Answers remembered, so that a call repeated on the way is carried out once. */
const answersKept = 512

/**
 * Lets the other side of `channel` use `client`.
 *
 * @param server names this period of serving; another one than before tells the others that calls may be lost
 * @param outdated hears that somebody asks who is newer, and makes way. Default: nobody does, and the other side hears that
 *   this one is older
 * @returns a function that ends serving and leaves the client open
 */
export const serveClient = (
  client: Client,
  channel: Channel,
  server: string,
  outdated?: () => void,
): (() => void) => {
  const post = (reply: Reply): void => channel.post(served(reply))
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
  const take = (request: Request): void => {
    switch (request.kind) {
      case 'hello':
        return greet()
      case 'call':
        if (request.server !== server) return
        void answer(request).then((reply) => {
          if (serving) post(reply)
        })
    }
  }
  /** Whoever is from before there were versions is told in their own form that they are out of date. */
  const refuse = (message: unknown): void => {
    if (isRequest(message)) channel.post(servedBare(refusalOf(message, server, client)))
  }
  const unlisten = channel.listen((message) => {
    const heard = hearAsked(message)
    switch (heard.kind) {
      case 'message':
        return take(heard.message)
      case 'newer':
        return outdated ? outdated() : greet()
      case 'older':
        return greet()
      case 'unversioned':
        return refuse(message)
      case 'none':
    }
  })
  greet()
  return () => {
    serving = false
    unsubscribe()
    unlisten()
  }
}

const refusalOf = (request: Request, server: string, client: Client): Reply => {
  const { code, message, detail } = new SottoError('outdated')
  switch (request.kind) {
    case 'hello':
      return { kind: 'serving', server, state: { ...client.state(), connection: { kind: 'refused', code } } }
    case 'call':
      return { kind: 'failure', call: request.call, code, message, detail }
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
