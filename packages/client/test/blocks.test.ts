import { type InputOf, operations, SottoError, toHex } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { openBlocks } from '../src/account/blocks.ts'
import type { Call } from '../src/account/contacts.ts'
import { memoryDisk, openMemoryStore } from '../src/memory/store.ts'

const account = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

/** A device and a server, each of which may lose what it knew. */
const both = async () => {
  const disk = memoryDisk()
  const server = new Map<string, Uint8Array>()
  let failure: SottoError | null = null
  const call = (async (op: unknown, input: unknown) => {
    if (failure) throw failure
    if (op === operations.listBlocks) return { accounts: [...server.values()] }
    const { account: other, blocked } = input as InputOf<typeof operations.setBlock>
    if (blocked) server.set(toHex(other), other)
    else server.delete(toHex(other))
    return {}
  }) as Call
  return {
    server,
    failWith: (code: 'offline' | 'not_found' | null) => {
      failure = code && new SottoError(code)
    },
    open: async () => openBlocks(await openMemoryStore(disk), call),
  }
}

describe('blocking', () => {
  it('CL-16: is kept on the device first, and the server hears of it with the next connection', async () => {
    const { server, failWith, open } = await both()
    failWith('offline')
    const blocks = await open()
    await expect(blocks.block(account(1))).rejects.toMatchObject({ code: 'offline' })
    expect(blocks.has(account(1))).toBe(true)
    failWith(null)
    const later = await open()
    expect(later.all()).toEqual([account(1)])
    await later.follow()
    expect([...server.values()]).toEqual([account(1)])
  })

  it('CL-16: is said again to a server that has lost it, and learned from one that knows more', async () => {
    const { server, open } = await both()
    const blocks = await open()
    await blocks.block(account(1))
    server.clear()
    server.set(toHex(account(2)), account(2))
    await blocks.follow()
    expect([...server.keys()].toSorted()).toEqual([account(1), account(2)].map(toHex))
    expect((await open()).all()).toHaveLength(2)
  })

  it('ends at the server before it ends here', async () => {
    const { server, failWith, open } = await both()
    const blocks = await open()
    await blocks.block(account(1))
    failWith('offline')
    await expect(blocks.unblock(account(1))).rejects.toMatchObject({ code: 'offline' })
    expect(blocks.has(account(1))).toBe(true)
    failWith(null)
    await blocks.unblock(account(1))
    expect([server.size, blocks.all().length, (await open()).all().length]).toEqual([0, 0, 0])
  })

  it('counts on the device where the server is of an earlier version', async () => {
    const { failWith, open } = await both()
    failWith('not_found')
    const blocks = await open()
    await blocks.block(account(1))
    await blocks.follow()
    expect(blocks.has(account(1))).toBe(true)
  })
})
