import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SottoError } from '@sotto/protocol'
import { facadeOf } from '../src/commands/facade.ts'
import { either, fields, listOf, nullOr, number, string } from '../src/commands/input.ts'
import { type CommandName, commands, isCommand } from '../src/commands/table.ts'
import { openWaits } from '../src/waits.ts'

const names = Object.keys(commands) as readonly CommandName[]
type Loose = Readonly<Record<CommandName, (input: unknown) => Promise<unknown>>>

describe('what a command is asked with', () => {
  const person = fields({ name: string, ages: listOf(number) }, { nick: nullOr(string) })

  it('is read by its fields; what this version does not know is passed over', () => {
    const read = person.read({ name: 'alice', ages: [1], nick: undefined, later: true }, 'input')
    expect(read).toEqual({ name: 'alice', ages: [1] })
    expect('nick' in read).toBe(false)
    expect(person.read({ name: 'alice', ages: [], nick: null }, 'input')).toEqual({
      name: 'alice',
      ages: [],
      nick: null,
    })
  })

  it('is refused with the place where it is wrong', () => {
    for (const [wrong, place] of [
      [null, 'input:'],
      [[], 'input:'],
      [{ ages: [] }, 'input.name'],
      [{ name: 'a', ages: [0, 'x'] }, 'input.ages[1]'],
      [{ name: 'a', ages: [Number.NaN] }, 'input.ages[0]'],
      [{ name: 'a', ages: [], nick: 1 }, 'input.nick'],
    ] as const)
      expect(() => person.read(wrong, 'input')).toThrow(
        expect.objectContaining({ code: 'bad_request', message: expect.stringContaining(place) }),
      )
  })

  it('may be either of two, and is the first that fits', () => {
    const target = either(fields({ name: string }), fields({ room: string }))
    expect(target.read({ room: 'r' }, 'input')).toEqual({ room: 'r' })
    expect(() => target.read({}, 'input')).toThrow(SottoError)
  })
})

describe('the commands of a client', () => {
  it('are those of the table, and nothing that an object has by itself', () => {
    expect(names).toContain('send')
    for (const name of names) expect(isCommand(name)).toBe(true)
    for (const name of ['close', 'toString', '__proto__', 'constructor', ''])
      expect(isCommand(name)).toBe(false)
  })

  it('refuse what is no plain object before anything is done', async () => {
    const client = facadeOf(() => ({}) as never, openWaits()) as unknown as Loose
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.oneof(fc.constant(null), fc.string(), fc.integer(), fc.array(fc.anything()), fc.boolean()),
        async (name, input) => {
          await expect(client[name](input)).rejects.toMatchObject({ code: 'bad_request' })
        },
      ),
    )
  })

  it('say what keeps them from being asked before they look at what they are asked with', async () => {
    const find = (): never => {
      throw new SottoError('no_account')
    }
    const client = facadeOf(find, openWaits()) as unknown as Loose
    for (const name of names) await expect(client[name](null)).rejects.toMatchObject({ code: 'no_account' })
  })

  it('are not begun when the client has ended', async () => {
    const waits = openWaits()
    waits.end(new SottoError('closed'))
    const find = (): never => {
      throw new SottoError('internal', 'begun all the same')
    }
    const client = facadeOf(find, waits) as unknown as Loose
    for (const name of names) await expect(client[name]({})).rejects.toMatchObject({ code: 'closed' })
  })
})
