import type { SottoError } from '@sotto/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { meet, online, room, until, untilMessages } from './talk.ts'
import { lateAnswers } from './weather.ts'
import { password, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.end())

it('a device that is forgotten keeps nothing, and another account can begin on it', async () => {
  const [alice, bob] = [world.person('alice'), world.person('bob')]
  const [a, b] = [await alice.join(), await bob.join()]
  const id = await meet(a, b, 'bob')
  await a.send({ room: id, text: 'the canary sings' })
  await untilMessages(b, id, 1)
  await b.logout({ forget: true })
  expect(b.state().account).toEqual({ kind: 'none' })
  expect(b.state().rooms).toEqual([])
  expect([...bob.device.disk.rows.keys()]).toEqual([])
  expect(bob.device.keys.sealing).toBeNull()
  await expect(b.send({ room: id, text: 'x' })).rejects.toMatchObject({ code: 'no_account' })
  await expect(b.login({ name: 'bob', password })).rejects.toMatchObject({ code: 'device_unknown' })

  await b.register({ name: 'bert', password })
  await online(b)
  await a.invite({ room: id, name: 'bert' })
  await until(b, () => room(b, id)?.state.kind === 'invited')
  await b.accept({ room: id })
  await a.send({ room: id, text: 'hello bert' })
  await untilMessages(b, id, 1)
  await b.close()
  const again = await bob.open()
  expect(again.state().account).toMatchObject({ kind: 'signed_in', name: 'bert' })
})

it('what was still under way for a forgotten account stops nobody', async () => {
  const [dave, emma] = [world.person('dave'), world.person('emma')]
  const late = lateAnswers('welcome.list')
  const [d, e] = [await dave.join(), await emma.open(late)]
  await e.register({ name: 'emma', password })
  await online(e)
  const { room: id } = await d.createRoom({ name: 'General' })
  await d.invite({ room: id, name: 'emma' })
  await until(e, () => room(e, id)?.state.kind === 'invited')
  late.begin()
  const declined = e.decline({ room: id }).then(
    () => 'declined',
    ({ code }: SottoError) => code,
  )
  await e.logout({ forget: true })
  late.end()
  expect(await declined).toBe('no_account')
  await e.register({ name: 'edda', password })
  await online(e)
})

it('an account is not on another device', async () => {
  const carol = world.person('carol')
  await carol.join()
  const elsewhere = await world.person('carol').open()
  await expect(elsewhere.login({ name: 'carol', password })).rejects.toMatchObject({ code: 'device_unknown' })
  await expect(elsewhere.login({ name: 'carol', password: 'wrong wrong wrong' })).rejects.toMatchObject({
    code: 'invalid_credentials',
  })
  expect(elsewhere.state().account).toEqual({ kind: 'none' })
})
