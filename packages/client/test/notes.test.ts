import { limits } from '@sotto/protocol'
import { nodeProvider } from '@sotto/mls/provider/node'
import { describe, expect, it } from 'vitest'
import { openNotes } from '../src/account/notes.ts'
import { memoryKeys, openMemoryKeychain } from '../src/memory/keychain.ts'
import { memoryDisk, openMemoryStore } from '../src/memory/store.ts'
import { sealedStore } from '../src/sealedStore.ts'

const failure = (code: string) => expect.objectContaining({ code })

describe('notes of a program', () => {
  it('outlive it, and are forgotten when it says so', async () => {
    const disk = memoryDisk()
    const notes = openNotes(await openMemoryStore(disk))
    expect(await notes.read('cursor')).toBeNull()
    await notes.write('cursor', '17')
    await notes.write('cursor', '18')
    await notes.write('name', 'é👋🏽')
    const again = openNotes(await openMemoryStore(disk))
    expect(await again.read('cursor')).toBe('18')
    expect(await again.read('name')).toBe('é👋🏽')
    await again.write('cursor', null)
    expect(await again.read('cursor')).toBeNull()
    expect(await again.read('name')).toBe('é👋🏽')
  })

  it('are sealed at rest, and neither their texts nor their keys can be read', async () => {
    const disk = memoryDisk()
    const keychain = openMemoryKeychain(nodeProvider(), memoryKeys())
    const notes = openNotes(sealedStore(await openMemoryStore(disk), keychain))
    await notes.write('canary-key', 'canary-text')
    expect(await notes.read('canary-key')).toBe('canary-text')
    const raw = [...disk.rows].map(([key, value]) => key + Buffer.from(value).toString('latin1')).join('')
    expect(raw).not.toContain('canary')
  })

  it('have limits', async () => {
    const notes = openNotes(await openMemoryStore(memoryDisk()))
    const long = 'x'.repeat(limits.noteCharactersMax)
    await notes.write('long', long)
    expect(await notes.read('long')).toBe(long)
    await expect(notes.write('long', `${long}x`)).rejects.toThrow(failure('too_large'))
    await expect(notes.write('broken', '\ud800')).rejects.toThrow(failure('bad_request'))
    for (const key of ['', 'x'.repeat(129), '\ud800'])
      await expect(notes.read(key)).rejects.toThrow(failure('bad_request'))
    for (let at = 1; at < limits.notesMax; at += 1) await notes.write(`note ${at}`, '')
    await expect(notes.write('one more', '')).rejects.toThrow(failure('rate'))
    await notes.write('long', 'another text')
    await notes.write('note 1', null)
    await notes.write('one more', '')
  })
})
