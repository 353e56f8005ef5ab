/// <reference lib="dom" />
import * as open from '@sotto/lane'

/** A page that has the SDK and nothing else; what the test asks, the page does. */
const talk = async (name: string, password: string, other: string, room: string) => {
  const identity = await open.makeIdentity('RSA-3072', 'EdDSA')
  const server = location.origin
  await open.register(server, { name, password, publicKey: open.uploadOf(identity) })
  const texts: string[] = []
  let heard: () => void = () => {}
  const lane = await open.openLane({
    server,
    credentials: { kind: 'program', name, password },
    identity,
    store: open.memoryLaneStore(),
    onEvent: (event) => {
      if (event.kind === 'message' || (event.kind === 'place_message' && !event.own)) texts.push(event.text)
      heard()
    },
  })
  await lane.joinRoom(room)
  await lane.send(other, 'from the page')
  await lane.sendToRoom(await lane.joinRoom(room), 'to all, from the page')
  while (texts.length < 2) await new Promise<void>((resolve) => (heard = resolve))
  await lane.close()
  return texts
}

export type Talk = typeof talk

Object.assign(globalThis, { talk })
