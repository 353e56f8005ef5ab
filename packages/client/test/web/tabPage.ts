/// <reference lib="dom" />
import type { Client, ClientEvent } from '../../src/index.ts'
import { openWebClient } from '../../adapters/web/index.ts'

let workers = 0

const open = (): Promise<Client> =>
  openWebClient({
    createWorker: () => {
      workers += 1
      return new Worker(new URL('../../adapters/web/client-worker.ts', import.meta.url), { type: 'module' })
    },
    createOpaqueWorker: () =>
      new Worker(new URL('../../adapters/web/opaque-worker.ts', import.meta.url), { type: 'module' }),
  })

/** A tab of the web client without its screen: what the test asks, the page asks of the client. */
const tab = async () => {
  const client = await open()
  const events: ClientEvent[] = []
  client.subscribe((event) => events.push(event))
  return {
    client,
    /** Whether this tab has ever run the client itself. */
    hasLed: () => workers > 0,
    events,
    /** Resolves when `count` own messages of the room have been acknowledged, with their texts in order of the log. */
    sent: async (room: string, count: number): Promise<readonly string[]> => {
      for (;;) {
        const { items } = await client.timeline({ room, limit: 500 })
        const texts = items.flatMap((item) =>
          item.kind === 'message' && item.delivery.kind === 'sent' ? [item.text] : [],
        )
        if (texts.length >= count) return texts
        await new Promise<void>((resolve) => {
          const unsubscribe = client.subscribe((event) => {
            if (event.kind !== 'timeline') return
            unsubscribe()
            resolve()
          })
        })
      }
    },
  }
}
export type Tab = Awaited<ReturnType<typeof tab>>

Object.assign(globalThis, { opened: tab() })
