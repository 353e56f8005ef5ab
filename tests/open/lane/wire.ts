import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll } from 'vitest'

/** A wire between a program and a server that can be cut, and that can lose what the program says. */
export interface CutWire {
  readonly url: string
  /** From now on what the program says is lost; what the server says still arrives. */
  muteProgram(): void
  /** Ends every connection; new ones are whole again. */
  cut(): void
}

/** @param server where the server is now */
export const cutWire = async (server: () => string): Promise<CutWire> => {
  const open = new Set<Socket>()
  let isMute = false
  const listener = createServer((program) => {
    const { hostname, port } = new URL(server())
    const onward = connect(Number(port), hostname)
    for (const [one, other] of [[program, onward] as const, [onward, program] as const]) {
      open.add(one)
      one.on('error', () => one.destroy())
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
    }
    program.on('data', (data) => {
      if (!isMute) onward.write(data)
    })
    onward.on('data', (data) => program.write(data))
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const cut = (): void => {
    isMute = false
    for (const socket of open) socket.destroy()
  }
  afterAll(() => {
    cut()
    listener.close()
  })
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    muteProgram: () => {
      isMute = true
    },
    cut,
  }
}
