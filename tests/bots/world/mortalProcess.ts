/** A bot that echoes and is killed with -9 at each point of its handling where that could lose or double something. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createBot } from '@sotto/client/node'

const { SOTTO_PROFILE: profile = '', SOTTO_SERVER: server = '' } = process.env

type Point = 'asked' | 'answered' | 'half_answered'
const points: readonly Point[] = ['asked', 'answered', 'half_answered']

/** Every tenth message it dies with, at one point after the other, and once each: the next run gets past it. */
const dies = (text: string, point: Point): void => {
  const number = Number(/\d+$/.exec(text)?.[0] ?? -1)
  if (number % 10 !== 0 || points[(number / 10) % points.length] !== point) return
  const died = join(profile, `died-${number}`)
  if (existsSync(died)) return
  writeFileSync(died, point)
  process.kill(process.pid, 'SIGKILL')
}

await createBot({
  profile,
  server,
  name: 'mortal',
  scope: 'all',
  invitations: 'everyone',
  onMessage: async ({ text, reply }) => {
    dies(text, 'asked')
    await reply(`first ${text}`)
    dies(text, 'half_answered')
    await reply(`second ${text}`)
    dies(text, 'answered')
  },
})
