import {
  type Client,
  memoryDisk,
  memoryKeys,
  type Sotto,
  sottoOf,
  startBot,
  type Transport,
} from '@sotto/client'
import { newId, timerScheduler } from '@sotto/client/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDevice } from '../stories/world.ts'
import { makeWorld, roomOf, textsIn, type World } from './world/world.ts'

let world: World
let alice: Sotto
let mallory: Sotto
beforeAll(async () => {
  world = await makeWorld()
  ;[alice, mallory] = [await world.person('alice'), await world.person('mallory')]
})
afterAll(() => world.end())

/** A server that says of every invitation that it is Alice's. */
const lying = (transport: Transport): Transport => ({
  ...transport,
  call: async (op, input, token) => {
    const output = await transport.call(op, input, token)
    if (op.name !== 'welcome.list') return output
    const { welcomes } = output as { welcomes: readonly { inviter: Uint8Array }[] }
    const account = alice.account()
    const id = account.kind === 'none' ? '' : account.account
    const inviter = Uint8Array.from(Buffer.from(id, 'hex'))
    return { ...output, welcomes: welcomes.map((welcome) => ({ ...welcome, inviter })) }
  },
})

const device = { disk: memoryDisk(), keys: memoryKeys() }

test('a bot does not stay where somebody has invited it under the name of another', async () => {
  const client: Client = await openDevice(world.url, device, { transport: lying }, 'bot')
  const troubles: unknown[] = []
  const heard: string[] = []
  const bot = await startBot(
    { client, scheduler: timerScheduler, newId },
    {
      name: 'butler',
      scope: 'all',
      invitations: ['alice'],
      commands: { tea: 'bring tea' },
      onMessage: ({ text }) => {
        heard.push(text)
        return 'at your service'
      },
      onTrouble: (trouble) => troubles.push(trouble),
    },
  )
  world.endsWith(bot.close)
  const trap = await mallory.createRoom('Trap')
  await mallory.invite(trap, 'butler')
  await mallory.send(trap, 'what do you know?')
  await expect
    .poll(() => troubles, { timeout: 20_000 })
    .toMatchObject([{ kind: 'invitation', room: trap, error: { code: 'identity_changed' } }])
  await expect.poll(() => mallory.room(trap).memberCount, { timeout: 20_000 }).toBe(1)
  expect(mallory.room(trap).commands).toEqual([])
  expect(heard).toEqual([])
  await expect(bot.post(trap, 'x')).rejects.toMatchObject({ code: 'room_unknown' })

  const house = await alice.createRoom('House')
  await alice.invite(house, 'butler')
  await roomOf(sottoOf(client), 'House')
  await alice.send(house, 'tea, please')
  await expect.poll(() => textsIn(alice, house, 'butler'), { timeout: 20_000 }).toEqual(['at your service'])
  expect(heard).toEqual(['tea, please'])
})
