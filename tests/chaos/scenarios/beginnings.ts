import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SottoError } from '@sotto/client'
import { online } from '../../stories/talk.ts'
import { auditDatabase } from '../databaseAudit.ts'
import type { Chance } from '../chance.ts'
import { judge, openLedger } from '../ledger.ts'
import { isPassing } from '../newcomers.ts'
import { eventually, lasting, within } from '../patience.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { gatherTalkers } from '../talkers.ts'
import { password, type Person } from '../world/person.ts'
import { serve } from '../world/serverProcess.ts'
import { freePort, gather, startWorld, type World } from '../world/world.ts'

const registeredWithinMs = 120_000
const settleWithinMs = 120_000
/** A whole start, or a whole registration, takes about so long. */
const startMs = 1200
const registrationMs = 1500

/** A server on an empty directory that is killed before it is ready, again and again. */
const killAtBirth = async (data: string, times: number, chance: Chance): Promise<void> => {
  const port = await freePort()
  for (let kill = 0; kill < times; kill++) {
    const server = serve({ port, data, log: `${data}.log` })
    await lasting(chance.between(0, startMs))
    await server.kill()
  }
}

const isSignedIn = (person: Person): boolean => person.client.state().account.kind === 'signed_in'

/** Tries once more with the same words, as a person would. @throws SottoError what no patience helps against */
const tryAgain = async (person: Person): Promise<boolean> => {
  if (isSignedIn(person)) return true
  try {
    await person.client.register({ name: person.name, password })
  } catch (error) {
    if (!(error instanceof SottoError)) throw error
    if (error.code !== 'account_exists' && !isPassing(error)) throw error
  }
  return isSignedIn(person)
}

/** Registers somebody whose device, or whose server, is killed in the middle of it. */
const registerThrough = async (world: World, person: Person, chance: Chance): Promise<void> => {
  await person.start()
  // The answer to this call may never come: the device that was asked is gone.
  tryAgain(person).catch(() => {})
  await lasting(chance.between(0, registrationMs))
  if (chance.fraction() < 0.5) {
    await world.server().kill()
    await world.start().ready
  } else {
    await person.kill()
    await person.start()
  }
  await eventually(`${person.name} is registered`, registeredWithinMs, () => tryAgain(person))
  await within(`${person.name} is online`, registeredWithinMs, online(person.client))
}

/** kill -9 in the first start of a server, and in the middle of registrations: the same words complete them. */
export const beginnings: Scenario = {
  name: 'beginnings',
  belongs: 'long run',
  run: async ({ kills: intensity, chance }) => {
    const births = Math.max(3, Math.round(intensity / 5))
    const home = mkdtempSync(join(tmpdir(), 'sotto-births-'))
    try {
      for (let birth = 1; birth < births; birth++) {
        await killAtBirth(join(home, `data ${birth}`), 1, chance)
        const server = serve({
          port: await freePort(),
          data: join(home, `data ${birth}`),
          log: join(home, 'log'),
        })
        await server.ready
        await server.kill()
      }
      const data = join(home, 'data')
      await killAtBirth(data, 2, chance)
      const world = await startWorld({ data })
      try {
        const ledger = openLedger()
        const people = Array.from({ length: Math.min(15, births) }, (_, at) => world.stranger(`person${at}`))
        for (const person of people) await registerThrough(world, person, chance)
        const talkers = gatherTalkers(ledger, { chance, everyMs: 150, openMax: 20 })
        const room = await gather(people, 'General')
        await talkers.join(room, people)
        for (const person of people) await talkers.say(person, room, `${person.name} is here`)
        const verdict = judge(ledger, await talkers.look(settleWithinMs))
        await world.server().stop()
        const did = `${births} first starts and ${people.length} registrations cut off`
        return outcomeOf(did, births + 1 + people.length, verdict, auditDatabase(data).violations)
      } finally {
        await world.end()
      }
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
  },
}
