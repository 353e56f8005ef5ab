import { describe, expect, it } from 'vitest'
import { commit, encrypt, hybridSuiteId, wipe } from '../../src/index.ts'
import { engineOf, utf8 } from '../people.ts'
import { Room } from '../room.ts'

describe('a state whose secrets were wiped', () => {
  it('neither speaks nor commits: keys that come of zeros are anyone’s', async () => {
    const engine = engineOf(hybridSuiteId)
    const room = await Room.of(engine, ['alice', 'bob'])
    const stale = room.group('alice')
    const { consumed } = await commit(engine, stale)
    wipe(consumed)
    await expect(encrypt(engine, stale, utf8('the secret plan'))).rejects.toThrow(/^invalid_use/)
    await expect(commit(engine, stale)).rejects.toThrow(/^invalid_use/)
  })
})
