/** A room of many people, grown by its owner alone, and what it takes: `npm run crowd`, or with another number of members. */
import { gatherCrowd } from './crowd.ts'
import { violationsOf } from './verdict.ts'

const membersDefault = 2000
const members = Number(process.argv[2] ?? membersDefault)

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const ms = (value: number): string => `${Math.round(value)} ms`
const kB = (bytes: number): string => `${Math.round(bytes / 1000)} kB`

if (!Number.isSafeInteger(members) || members < 4) {
  say('How many members? At least 4.')
  process.exitCode = 2
} else {
  say(`A room of ${members}, the processor's time of the client and of the server:`)
  const crowd = await gatherCrowd(members, ({ step, clientCpuMs, serverCpuMs }) =>
    say(`  ${step}: ${ms(clientCpuMs)}, ${ms(serverCpuMs)}`),
  )
  const { stored, residentBytesMax, ...seen } = crowd
  for (const [name, value] of Object.entries(stored))
    say(`  ${name}: ${name === 'welcomes' ? value : kB(value)}`)
  say(`  the server held ${kB(residentBytesMax)} at most`)
  say(
    `  members ${seen.members}, afterwards ${seen.membersOfNewcomer}; refused: ${seen.refused.length}; one more: ${seen.full ?? 'invited'}`,
  )
  const violations = violationsOf(crowd, members)
  for (const violation of violations) say(`  VIOLATED ${violation}`)
  process.exitCode = violations.length > 0 ? 1 : 0
}
