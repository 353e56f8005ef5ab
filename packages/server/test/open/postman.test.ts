import { describe, expect, it } from 'vitest'
import { emptyRound, makePostman, type Round } from '../../src/open/mail/postman.ts'
import type { Letter } from '../../src/open/store.ts'

/** Letters of one user in memory, and doors that say when something has arrived. */
const world = () => {
  let letters: Letter[] = []
  let lastId = 0
  const store = {
    waiting: async (_user: number, afterId: number, countMax: number) =>
      letters.filter(({ id }) => id > afterId).slice(0, countMax),
    arrived: async (_user: number, uptoId: number) => {
      letters = letters.filter(({ id }) => id > uptoId)
    },
  }
  const post = (count: number): void => {
    for (let i = 0; i < count; i++)
      letters.push({ id: ++lastId, recipient: 1, event: 'message', payload: String(lastId) })
  }
  const door = (round: Round, underwayMax = 10) => {
    const got: unknown[] = []
    const pending: (() => void)[] = []
    const failures: unknown[] = []
    const postman = makePostman({
      store,
      user: 1,
      round,
      underwayMax,
      door: {
        emit: (_event, payload) => got.push(payload),
        whenArrived: (then) => pending.push(then),
        whenOpen: async () => () => undefined,
      },
      onFailure: (error) => failures.push(error),
      onKept: (error) => failures.push(error),
    })
    const arrive = (): void => pending.splice(0).forEach((then) => then())
    return { postman, got, arrive, failures }
  }
  return { post, door, kept: () => letters.map(({ id }) => id) }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)

describe('a postman', () => {
  it('brings everything once, in order, also what is posted while he looks', async () => {
    const { post, door } = world()
    const { postman, got } = door(emptyRound(), 1000)
    post(3)
    postman.wake()
    post(200)
    postman.wake()
    await expect.poll(() => got).toEqual(upTo(203))
  })

  it('has no more underway than he may, and goes on when some has arrived', async () => {
    const { post, door, kept } = world()
    const { postman, got, arrive } = door(emptyRound(), 10)
    post(25)
    postman.wake()
    await expect.poll(() => got).toEqual(upTo(10))
    arrive()
    await expect.poll(() => got).toEqual(upTo(20))
    expect(kept()).toEqual(upTo(25).slice(10))
    arrive()
    await expect.poll(() => got).toEqual(upTo(25))
    arrive()
    await expect.poll(kept).toEqual([])
  })

  it('brings again what has not arrived, to the next who comes', async () => {
    const { post, door } = world()
    const first = door(emptyRound())
    post(4)
    first.postman.wake()
    await expect.poll(() => first.got).toEqual(upTo(4))
    first.postman.stop()
    const second = door(emptyRound())
    second.postman.wake()
    await expect.poll(() => second.got).toEqual(upTo(4))
  })

  it('forgets what arrived at one door when every other has been sent it', async () => {
    const { post, door, kept } = world()
    const round = emptyRound()
    const [quick, slow] = [door(round), door(round, 2)]
    post(4)
    quick.postman.wake()
    slow.postman.wake()
    await expect.poll(() => [quick.got, slow.got]).toEqual([upTo(4), upTo(2)])
    quick.arrive()
    await expect.poll(kept).toEqual([3, 4])
    slow.arrive()
    await expect.poll(() => slow.got).toEqual(upTo(4))
    slow.arrive()
    await expect.poll(kept).toEqual([])
  })

  it('forgets what only waited for a door that has closed', async () => {
    const { post, door, kept } = world()
    const round = emptyRound()
    const [quick, dead] = [door(round), door(round)]
    post(2)
    quick.postman.wake()
    await expect.poll(() => quick.got).toEqual(upTo(2))
    quick.arrive()
    dead.postman.stop()
    await expect.poll(kept).toEqual([])
    const late = door(round)
    late.postman.wake()
    post(1)
    late.postman.wake()
    await expect.poll(() => late.got).toEqual([3])
  })
})
