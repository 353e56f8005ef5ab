import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { python, runPython } from './lane/python.ts'
import { laneServer } from './lane/server.ts'

interface Told {
  readonly row: string
  /** What went wrong, as Python tells it. */
  readonly wrong: string | null
}

const program = fileURLToPath(new URL('python/rows.py', import.meta.url))

/** What the program tells of each row, in its order. */
const rowsOf = async (url: string): Promise<readonly Told[]> => {
  const output = await runPython(program, [url]).ended
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told)
}

const server = await laneServer({ limits: { messagesPerSecond: 1000, messageBurst: 1000 } })
const told = python === undefined ? [] : await rowsOf(server.url)

describe.skipIf(python === undefined)(
  'in Python (needs python3-socketio, -jwcrypto, -websocket, -requests)',
  () => {
    test.each(told)('$row', ({ wrong }) => {
      expect(wrong).toBeNull()
    })

    test('every row was asked', () => {
      expect(told.length).toBeGreaterThanOrEqual(28)
    })
  },
)
