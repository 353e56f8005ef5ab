import { limits } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import type { AccountScope } from '../src/commands/command.ts'
import { setDraft } from '../src/commands/setDraft.ts'
import { type Draft, emptyDraft, textDraft } from '../src/draft/draft.ts'

/** So many rooms, of which the first ones have a draft that is stored; what is written is held. */
const scopeOf = (count: number, drafted: number) => {
  const drafts = Array.from({ length: count }, (_, at) => (at < drafted ? textDraft('so') : emptyDraft))
  const rooms = drafts.map((stored, at) => ({
    state: () => ({ draft: stored }),
    session: () => ({ draft: { held: drafts[at] === stored ? null : { draft: drafts[at] } } }),
    drafts: { write: async (next: Draft) => void (drafts[at] = next) },
  }))
  const scope = { rooms: { all: () => rooms, get: (id: string) => rooms[Number(id)] } }
  return { scope: scope as unknown as AccountScope, drafts }
}

describe('the drafts of a device', () => {
  it('are so many and no more; those that are there are written on, and one that ends makes room', async () => {
    const most = limits.draftsMax
    const { scope, drafts } = scopeOf(most + 1, most - 1)
    const write = (room: number, text: string) =>
      setDraft.run(scope, { room: String(room), draft: textDraft(text) })
    await write(most - 1, 'the last')
    await expect(write(most, 'one more')).rejects.toMatchObject({ code: 'quota' })
    await write(0, 'longer')
    expect(drafts[0]).toEqual(textDraft('longer'))
    await write(0, '')
    await write(most, 'one more')
    expect(drafts[most]).toEqual(textDraft('one more'))
  })

  it('are kept in one form, whatever a screen says', async () => {
    const { scope, drafts } = scopeOf(1, 0)
    await setDraft.run(scope, { room: '0', draft: textDraft('half \ud800') })
    expect(drafts[0]).toEqual(textDraft('half \ufffd'))
    await setDraft.run(scope, { room: '0', draft: textDraft('\n \u00a0') })
    expect(drafts[0]).toEqual(emptyDraft)
  })
})
