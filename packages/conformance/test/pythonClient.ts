import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { python } from '../../cli/test/world/python.ts'
import type { Answer, Ask } from '../src/rest.ts'
import { type BenchClient, Refusal, type Wire } from '../src/wire.ts'

const script = fileURLToPath(new URL('client.py', import.meta.url))

type Said = Readonly<Record<string, unknown>>

/** A client in Python that the rows are driven by. */
export const pythonClient = (): BenchClient & { end(): Promise<void> } => {
  const child: ChildProcess = spawn(python ?? 'python3', [script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
  })
  const answers = new Map<number, (said: Said) => void>()
  const sockets = new Map<string, (said: Said) => void>()
  let count = 0

  const order = (what: Said): Promise<Said> =>
    new Promise((resolve, reject) => {
      const id = count++
      answers.set(id, (said) =>
        'failed' in said ? reject(new Error(String(said['failed']))) : resolve(said),
      )
      child.stdin?.write(`${JSON.stringify({ id, ...what })}\n`)
    })

  const read = async (): Promise<void> => {
    if (!child.stdout) return
    for await (const line of createInterface(child.stdout)) {
      const said = JSON.parse(line) as Said
      if (typeof said['socket'] === 'string') sockets.get(said['socket'])?.(said)
      else answers.get(Number(said['id']))?.(said)
    }
  }
  const reading = read()

  const rest = async (
    url: string,
    call: string,
    { token, body, raw, headers = {} }: Ask,
  ): Promise<Answer> => {
    const [method = '', path = ''] = call.split(' ')
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const said = await order({
      do: 'rest',
      method,
      url: url + path,
      body: sent,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
    })
    const text = String(said['text'])
    const value = ((): unknown => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        return undefined
      }
    })()
    return {
      status: Number(said['status']),
      body: typeof value === 'object' && value !== null ? (value as Answer['body']) : {},
      list: Array.isArray(value) ? (value as Answer['list']) : [],
      text,
      headers: new Headers(said['headers'] as [string, string][]),
    }
  }

  const wire: BenchClient['wire'] = (url, auth, { transports = ['websocket'], headers = {} }): Wire => {
    const socket = `socket${count++}`
    const listeners: ((event: string, payload: unknown) => void)[] = []
    let drop: () => void = () => {}
    const dropped = new Promise<void>((resolve) => (drop = resolve))
    sockets.set(socket, (said) => {
      if ('dropped' in said) drop()
      else for (const listener of listeners) listener(String(said['event']), said['payload'])
    })
    const connected = order({ do: 'connect', socket, url, auth, headers, transports }).then((said) => {
      if (said['connected'] !== true) throw new Refusal(said['data'] ?? undefined)
    })
    connected.catch(() => {})
    return {
      connected,
      dropped,
      onEvent: (listener) => void listeners.push(listener),
      emit: async (event, payload) => (await order({ do: 'emit', socket, event, payload }))['answer'],
      close: () => void order({ do: 'close', socket }),
    }
  }

  return {
    rest,
    wire,
    end: async () => {
      child.kill('SIGKILL')
      await reading
    },
  }
}
