import { canary } from '../lane/cryptography.ts'
import type { Program, Shown } from '../lane/program.ts'
import type { LaneSaid, Programs } from '../lane/programs.ts'
import type { World } from '../world.ts'

type Fail = (rule: string, what: string) => void

const hasNewKeys = ({ identities }: Program): boolean => identities.length > 1

/** Who has to be shown something that was acknowledged. Whoever has lost its keys reads nothing that was sealed to them. */
const recipientsOf = (programs: Programs, { from, to, acked, number }: LaneSaid): readonly Program[] => {
  const { all, joined, saidBeforeNewKeys } = programs
  if (acked === null || hasNewKeys(from)) return []
  const named = all.filter((one) => one !== from && !hasNewKeys(one) && acked.holders.includes(one.name))
  if (to.kind === 'letter') return named.filter((one) => one === to.program)
  // The key of a room may be by whoever has other keys now: it waits as long as that one is not believed, and what is said
  // under it meanwhile is told as refused.
  if (number >= saidBeforeNewKeys()) return []
  return named.filter((one) => acked.id > (joined.get(one) ?? Number.POSITIVE_INFINITY))
}

const describe = ({ from, number, to }: LaneSaid): string =>
  `what ${from.name} said ${to.kind === 'letter' ? `to ${to.program.name}` : 'in the room'} (${number})`

/** L1: all that was acknowledged is shown. L2: nothing is shown twice, nor what nobody has said. */
const checkOnce = (programs: Programs, fail: Fail): void => {
  for (const one of programs.said)
    for (const recipient of recipientsOf(programs, one))
      if (!recipient.shown().some(({ text }) => text === one.text))
        fail('L1', `${recipient.name} was not shown ${describe(one)}`)
  for (const program of programs.all) {
    const texts = new Set<string>()
    for (const { text, from } of program.shown()) {
      const one = programs.said.find((said) => said.text === text)
      if (one?.from.name !== from) fail('L2', `${program.name} was shown what ${from} has not said`)
      else if (texts.has(text)) fail('L2', `${program.name} was shown twice ${describe(one)}`)
      texts.add(text)
    }
  }
}

/** L3: what one program says to another, or in the room, is shown in the order in which it was said. */
const checkOrder = ({ all, said }: Programs, fail: Fail): void => {
  const numberOf = (shown: Shown): number => said.find(({ text }) => text === shown.text)?.number ?? -1
  for (const program of all)
    for (const [stream, shown] of Map.groupBy(program.shown(), ({ from, place }) => `${place} of ${from}`)) {
      const sender = all.find(({ name }) => name === shown[0]?.from)
      // What is by a key that is not believed yet waits, and others go before.
      if (!sender || hasNewKeys(sender) || hasNewKeys(program)) continue
      const numbers = shown.map(numberOf)
      if (numbers.some((number, at) => number < (numbers[at - 1] ?? 0)))
        fail('L3', `${program.name} was shown ${stream} in the order ${numbers.join()}`)
    }
}

/** L4: no server keeps a text, or a part of one; what passes on the way the link looks at. */
const checkSecrets = ({ server }: Programs, fail: Fail): void => {
  if (server.kept().includes(canary)) fail('L4', 'the server keeps a text in the clear')
}

/** L5: what somebody is shown is by keys that it believes: none that has changed is used before it says so. */
const checkKeys = ({ all, said }: Programs, fail: Fail): void => {
  for (const program of all)
    for (const { text, from, believed } of program.shown()) {
      const one = said.find((other) => other.text === text)
      if (one && believed !== undefined && one.generation > believed)
        fail('L5', `${program.name} was shown words of ${from} by a key that it does not believe`)
    }
}

export const checkLane = (programs: Programs, { fail, stats }: Pick<World, 'fail' | 'stats'>): void => {
  stats.laneAcked = programs.said.filter(({ acked }) => acked !== null).length
  stats.laneShown = programs.all.reduce((sum, one) => sum + one.shown().length, 0)
  checkOnce(programs, fail)
  checkOrder(programs, fail)
  checkSecrets(programs, fail)
  checkKeys(programs, fail)
}
