import { describe, expect, it } from 'vitest'
import { LaneError } from '../src/failure.ts'
import { allPages } from '../src/pages.ts'

const rows = (...names: string[]) => names.map((username) => ({ username }))

describe('a list of the open lane', () => {
  it('is read behind the last of each page, until one is empty', async () => {
    const pages: Record<string, unknown> = {
      '/users': rows('alice', 'böb'),
      '/users?after=b%C3%B6b': rows('carol'),
      '/users?after=carol': [],
    }
    expect(await allPages(async (path) => pages[path], '/users', 'username')).toEqual(
      rows('alice', 'böb', 'carol'),
    )
  })

  it('is whole at once of a server that knows no pages of it', async () => {
    const read = async (path: string): Promise<unknown> => {
      if (path.includes('after')) throw new LaneError('PAYLOAD_INVALID')
      return rows('alice', 'bob')
    }
    expect(await allPages(read, '/members', 'username')).toEqual(rows('alice', 'bob'))
  })

  it('that does not end, or is none, is not believed', async () => {
    const page = rows(...Array.from({ length: 10_000 }, () => 'alice'))
    await expect(allPages(async () => page, '/users', 'username')).rejects.toMatchObject({
      code: 'ANSWER_INVALID',
    })
    await expect(allPages(async () => ({}), '/users', 'username')).rejects.toMatchObject({
      code: 'ANSWER_INVALID',
    })
  })
})
