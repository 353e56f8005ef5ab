/// <reference lib="dom" />
import { openSotto } from '../../adapters/web/index.ts'

/** A program of the SDK in a page, and the same in a worker of that page: each talks and listens. */
export interface Spoken {
  readonly where: string
  readonly heard: readonly string[]
}

const workers = {
  createWorker: () =>
    new Worker(new URL('../../adapters/web/client-worker.ts', import.meta.url), { type: 'module' }),
  createOpaqueWorker: () =>
    new Worker(new URL('../../adapters/web/opaque-worker.ts', import.meta.url), { type: 'module' }),
}

/** Makes a room, or joins the first that comes, says `words`, and listens for as many words of somebody else. */
const converse = async (
  name: string,
  room: string | null,
  guest: string | null,
  words: readonly string[],
) => {
  const sotto = await openSotto({ ...workers, profile: name, name, password: 'correct horse battery' })
  const heard: string[] = []
  const all = new Promise<void>((resolve) => {
    sotto.on('message', ({ text }) => {
      heard.push(text)
      if (heard.length === words.length) resolve()
    })
  })
  const inside = new Promise<string>((resolve) => {
    sotto.on('joined', ({ room: id }) => resolve(id))
    sotto.on('invited', ({ id }) => void sotto.accept(id))
  })
  if (room !== null) await sotto.createRoom(room)
  if (room !== null && guest !== null) {
    for (let found = false; !found;)
      found = await sotto.invite(room, guest).then(
        () => true,
        () => false,
      )
  }
  const id = await inside
  for (const word of words) await (await sotto.send(id, word)).delivered
  await all
  await sotto.close()
  return heard
}

const scope = 'document' in globalThis ? 'page' : 'worker'
if (scope === 'worker')
  addEventListener('message', ({ data }: MessageEvent<Parameters<typeof converse>>) => {
    void converse(...data).then((heard) => postMessage({ where: scope, heard }))
  })
else
  Object.assign(globalThis, {
    inPage: async (...input: Parameters<typeof converse>): Promise<Spoken> => ({
      where: scope,
      heard: await converse(...input),
    }),
    inWorker: (...input: Parameters<typeof converse>): Promise<Spoken> =>
      new Promise((resolve) => {
        const worker = new Worker(import.meta.url, { type: 'module' })
        worker.addEventListener('message', ({ data }: MessageEvent<Spoken>) => resolve(data))
        worker.addEventListener('error', ({ message }) => reportError(new Error(message)))
        worker.postMessage(input)
      }),
  })
