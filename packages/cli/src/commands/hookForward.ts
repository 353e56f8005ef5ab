import type { Client } from '@sotto/client'
import { Command } from 'commander'
import { findHook } from '../hookName.ts'
import { inRoom } from '../inRoom.ts'
import { invocationOf } from '../invocation.ts'
import { printableLine } from '../printable.ts'
import { roomTitle } from '../roomName.ts'
import { untilSignal } from '../signals.ts'

const retryDelayMs = 5000

/** Hands over what is there, and then what comes, one call after the other; rejects with what cannot be helped. */
const forwarding = (client: Client, room: string, hook: string, signal: AbortSignal) => {
  let again = false
  let working = false
  let timer: NodeJS.Timeout | undefined
  const work = async (): Promise<void> => {
    again = true
    if (working) return
    working = true
    try {
      while (again && !signal.aborted) {
        again = false
        await client.forwardHook({ room, hook })
      }
    } finally {
      working = false
    }
  }
  const failed = new Promise<never>((_, reject) => {
    const look = (): void => {
      work().catch((error: unknown) => {
        // The server may be away, or the script behind: what was not handed over is tried again.
        if (isTransient(error)) timer = setTimeout(look, retryDelayMs)
        else reject(error)
      })
    }
    const unsubscribe = client.subscribe((event) => {
      if (event.kind === 'timeline' && event.room === room) look()
    })
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      unsubscribe()
    })
  })
  return { work, failed }
}

const transientCodes = ['offline', 'timeout', 'unavailable', 'read_only', 'rate', 'quota']
const isTransient = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && transientCodes.some((code) => code === error.code)

export const hookForwardCommand = (): Command =>
  new Command('forward')
    .description('forward the messages of a room to the script of a hook, until you stop it')
    .argument('<room>', 'name of the room, or the beginning of its id')
    .argument('<hook>', 'name of the hook, or the beginning of its id')
    .action(async (wanted: string, named: string, _options: object, command: Command) => {
      const invocation = invocationOf(command)
      await inRoom(invocation, wanted, async (client, room) => {
        const { hook, name } = await findHook(client, room, named)
        const ended = new AbortController()
        const { work, failed } = forwarding(client, room.id, hook, ended.signal)
        failed.catch(() => {})
        try {
          await work()
          invocation.output.result(
            { room: room.id, hook, forwarding: true },
            `hook ${printableLine(name ?? hook)} now gets the messages of ${roomTitle(room)}.`,
          )
          await Promise.race([untilSignal(ended.signal), failed])
        } finally {
          ended.abort()
        }
      })
    })
