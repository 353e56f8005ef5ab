import { type Client, failures, type RoomView, SottoError } from '@sotto/client'
import { Command } from 'commander'
import { invocationOf, withAccount } from '../invocation.ts'
import { type MessageRecord, messageRecord, readUpTo } from '../message.ts'
import { findRoom, roomTitle } from '../roomName.ts'
import { roomStateText } from '../roomState.ts'
import { untilSignal } from '../signals.ts'
import { serverRefused, settled } from '../waiting.ts'

const itemsPerPage = 200

interface Options {
  readonly follow?: boolean
  readonly timeout?: string
}

interface Reading {
  /** Prints what is unread; a call during another one makes that one look again. */
  read(): Promise<void>
  /** How many messages have been printed. */
  count(): number
}

/** Prints the unread messages of others in one room and moves the read marker behind them. */
const readingOf = (client: Client, room: RoomView, print: (record: MessageRecord) => void): Reading => {
  let cursor = room.readSeq
  let printed = 0
  let running: Promise<void> = Promise.resolve()

  const readPage = async (): Promise<boolean> => {
    const { items, more } = await client.timeline({ room: room.id, after: cursor + 1, limit: itemsPerPage })
    for (const item of items) {
      const record = messageRecord(room.id, item)
      if (!record || (item.kind === 'message' && item.sender.own)) continue
      print(record)
      printed += 1
    }
    const readSeq = readUpTo(items, more ? 'inside' : 'end')
    if (readSeq > cursor) {
      cursor = readSeq
      await client.markRead({ room: room.id, seq: cursor })
    }
    return more
  }
  return {
    read: () => {
      running = running.then(async () => {
        while (await readPage());
      })
      return running
    },
    count: () => printed,
  }
}

const isReadable = ({ state }: RoomView): boolean => {
  switch (state.kind) {
    case 'active':
    case 'behind':
    case 'frozen':
    case 'removed':
      return true
    case 'invited':
    case 'joining':
      return false
  }
}

interface Inbox {
  readNow(): Promise<void>
  count(): number
  /** Reads on with every event; `listener` is called after something was printed. */
  follow(listener: () => void): () => void
  /** Rejects when reading on has failed. */
  readonly failed: Promise<never>
}

/** Reads one room, or all of them and those that are still to come. */
const inboxOf = (
  client: Client,
  only: RoomView | undefined,
  print: (record: MessageRecord) => void,
): Inbox => {
  const readings = new Map<string, Reading>()
  const wanted = (): readonly RoomView[] =>
    client.state().rooms.filter((room) => isReadable(room) && (!only || room.id === only.id))
  const readingIn = (room: RoomView): Reading => {
    const known = readings.get(room.id)
    if (known) return known
    const reading = readingOf(client, room, print)
    readings.set(room.id, reading)
    return reading
  }
  const count = (): number => [...readings.values()].reduce((sum, reading) => sum + reading.count(), 0)
  const readNow = async (): Promise<void> => {
    for (const room of wanted()) await readingIn(room).read()
  }
  let fail: (error: unknown) => void = () => {}
  const failed = new Promise<never>((_, reject) => (fail = reject))
  failed.catch(() => {})

  const follow = (listener: () => void): (() => void) => {
    const readOn = async (room: RoomView): Promise<void> => {
      const before = count()
      await readingIn(room).read()
      if (count() > before) listener()
    }
    return client.subscribe((event) => {
      switch (event.kind) {
        case 'timeline':
        case 'state': {
          const concerned = (room: RoomView): boolean =>
            event.kind === 'timeline' ? room.id === event.room : room.unread > 0
          for (const room of wanted().filter(concerned)) readOn(room).catch(fail)
          return
        }
        case 'discarded':
      }
    })
  }
  return { readNow, count, follow, failed }
}

const timeoutMsOf = (timeout: string | undefined): number | undefined => {
  if (timeout === undefined) return undefined
  const ms = Number(timeout) * 1000
  if (!(ms >= 0)) throw new SottoError('bad_request', '--timeout wants a number of seconds')
  return ms
}

/** Resolves after `ms`, or never where there is no limit. */
const after = (ms: number | undefined, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (ms === undefined) return
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => clearTimeout(timer))
  })

export const receiveCommand = (): Command =>
  new Command('receive')
    .description('print unread messages of others, one JSON object a line, and mark them read')
    .argument('[room]', 'name of the room, or the beginning of its id; without it, all rooms')
    .option('-f, --follow', 'go on with what comes')
    .option('--timeout <seconds>', 'wait for a first message this long; with --follow, end after this long')
    .action(async (wanted: string | undefined, options: Options, command: Command) => {
      const invocation = invocationOf(command)
      const timeoutMs = timeoutMsOf(options.timeout)
      const { follow = false } = options
      await withAccount(invocation, async (client) => {
        const only = wanted === undefined ? undefined : await findRoom(client, wanted)
        const inbox = inboxOf(client, only, (record) => process.stdout.write(`${JSON.stringify(record)}\n`))
        const ended = new AbortController()
        const timeout = after(timeoutMs, ended.signal)
        const received = new Promise<void>((resolve) => {
          const unsubscribe = inbox.follow(() => {
            if (!follow) resolve()
          })
          ended.signal.addEventListener('abort', unsubscribe)
        })
        try {
          const standing = await Promise.race([settled(client), timeout])
          await inbox.readNow()
          if (standing === 'signed_out') throw new SottoError('session_expired')
          if (standing === 'refused') throw serverRefused(client.state())
          const waits = follow || (timeoutMs !== undefined && inbox.count() === 0)
          if (!waits && standing === 'offline') throw new SottoError('offline')
          if (waits) await Promise.race([timeout, received, inbox.failed, untilSignal(ended.signal)])
          await inbox.readNow()
        } finally {
          ended.abort()
        }
        for (const room of client.state().rooms)
          if (room.state.kind === 'frozen' && (!only || only.id === room.id))
            process.stderr.write(`sotto: ${roomTitle(room)} is ${roomStateText(room.state)}\n`)
        if (only && client.state().rooms.find(({ id }) => id === only.id)?.state.kind === 'frozen')
          process.exitCode = failures.room_frozen.exit
      })
    })
