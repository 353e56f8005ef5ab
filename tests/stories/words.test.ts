import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, limits, type Store } from '@sotto/client'
import { meet, texts, untilMessages } from './talk.ts'
import { startWorld, type Weather, type World } from './world.ts'

/** A letter in two spellings, and a space in two widths: as two keyboards write one password. */
const composed = 'correct h\u00f6rse battery'
const decomposed = 'correct ho\u0308rse\u00a0battery'

/** A version that took what was typed, and remembered nothing about it. */
const earlier = (typed: string): Weather => ({
  password: (port) => ({
    ...port,
    registerStart: () => port.registerStart(typed),
    registerFinish: (state, _, response, name) => port.registerFinish(state, typed, response, name),
  }),
  store: (store): Store => ({
    ...store,
    commit: (changes) =>
      store.commit(changes.filter((one) => one.kind !== 'put' || one.key !== 'account/password')),
  }),
})

/** How many tries the server was asked for. */
const counting = (tries: string[]): Weather => ({
  transport: (transport) => ({
    ...transport,
    call: (operation, input, token) => {
      if (operation.name.startsWith('login.start')) tries.push(operation.name)
      return transport.call(operation, input, token)
    },
  }),
})

describe('Alice and what she types', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.end())

  const signedOut = async (name: string, password: string, weather?: Weather) => {
    const person = world.person(name)
    const first = await person.open(weather)
    await first.register({ name, password })
    await first.logout({ forget: false })
    await first.close()
    return person
  }

  it('PASSWORD-1: signs in with her password, however her keyboard writes it, at one try', async () => {
    const alice = await signedOut('alice', decomposed)
    for (const typed of [composed, decomposed]) {
      const tries: string[] = []
      const client = await alice.open(counting(tries))
      await client.login({ name: 'alice', password: typed })
      expect(client.state().account.kind).toBe('signed_in')
      await client.logout({ forget: false })
      const wrong = client.login({ name: 'alice', password: `${typed}!` })
      await expect(wrong).rejects.toMatchObject({ code: 'invalid_credentials' })
      expect(tries).toHaveLength(2)
      await client.close()
    }
  })

  it.each([
    ['as it was typed then', 'bella', decomposed, decomposed, 1],
    ['in its form, from another keyboard', 'berta', composed, decomposed, 2],
  ])('PASSWORD-1: an account of before opens %s', async (_how, name, made, typed, count) => {
    const person = await signedOut(name, made, earlier(made))
    const tries: string[] = []
    const client = await person.open(counting(tries))
    await client.login({ name, password: typed })
    expect(client.state().account.kind).toBe('signed_in')
    expect(tries).toHaveLength(count)
    await client.close()
  })

  it('PASSWORD-1: counts what she will be asked for, and refuses what no keyboard writes', async () => {
    const client = await world.person('clara').open()
    const register = (password: string) => client.register({ name: 'clara', password })
    for (const [password, reason] of [
      ['e\u0301'.repeat(11), 'short'],
      ['x'.repeat(257), 'long'],
      ['twelve chars\u0007', 'control'],
    ] as const)
      await expect(register(password)).rejects.toMatchObject({ code: 'password_weak', detail: { reason } })
    await register('e\u0301'.repeat(12))
    expect(client.state().account.kind).toBe('signed_in')
  })

  it('ID-2a, ID-2b, ID-2c: hears why a name cannot be hers', async () => {
    const client = await world.person('dora').open()
    const register = (name: string) => client.register({ name, password: composed })
    await expect(register('al\u200bice')).rejects.toMatchObject({
      code: 'name_invalid',
      detail: { reason: 'invisible' },
    })
    await expect(register('everyone')).rejects.toMatchObject({ code: 'name_reserved' })
    await expect(register('a1ice')).rejects.toMatchObject({ code: 'name_alike' })
    await expect(register('alice')).rejects.toMatchObject({ code: 'name_taken' })
    await register('सुनीता')
    expect(client.state().account).toMatchObject({ name: 'सुनीता' })
  })

  it('NAME-1: gives a token a label of so many characters that she can see', async () => {
    const client = await world.person('gina').join()
    const token = (label: string) => client.createAccessToken({ label, scopes: ['read'], days: 1 })
    for (const [label, reason] of [
      ['a\u200bb', 'invisible'],
      ['🙂'.repeat(limits.accessTokenLabelCharactersMax + 1), 'long'],
    ] as const)
      await expect(token(label)).rejects.toMatchObject({ code: 'title_invalid', detail: { reason } })
    // The server of the stories has no open lane, and says so.
    const fits = token('🙂'.repeat(limits.accessTokenLabelCharactersMax))
    await expect(fits).rejects.toMatchObject({ code: 'not_found' })
  })

  it('TEXT-1, NAME-1: says what is seen and fits, in rooms that are called what she wrote', async () => {
    const a = await world.person('erin').join()
    const b = await world.person('finn').join()
    await expect(a.createRoom({ name: 'a\u0001b' })).rejects.toMatchObject({
      code: 'title_invalid',
      detail: { reason: 'line' },
    })
    const id = await meet(a, b, 'finn', ' ™ 👨\u200d👩\u200d👧\u200d👦 ')
    const named = (client: Client) => client.state().rooms.find((one) => one.id === id)?.name
    expect(named(a)).toBe('™ 👨\u200d👩\u200d👧\u200d👦')
    expect(named(b)).toBe(named(a))

    const of = (bytes: number): string => 'x'.repeat(bytes)
    const said = [of(limits.textBytesMax - 1), of(limits.textBytesMax), '.']
    for (const text of said) await a.send({ room: id, text })
    await expect(a.send({ room: id, text: of(limits.textBytesMax + 1) })).rejects.toMatchObject({
      code: 'too_large',
    })
    for (const text of ['', ' \n', '\u3164', '\u200b\u2060', '\u0301'])
      await expect(a.send({ room: id, text })).rejects.toMatchObject({ code: 'text_empty' })
    await untilMessages(b, id, said.length)
    expect(await texts(b, id)).toEqual(said)
  })
})
