import { join } from 'node:path'
import { judge, openLedger } from '../ledger.ts'
import { eventually } from '../patience.ts'
import { outcomeOf, type Scenario } from '../scenario.ts'
import { obtainShortage, type ShortageKind } from '../shortage.ts'
import { gatherTalkers } from '../talkers.ts'
import { gather, startWorld } from '../world/world.ts'

const diskBytes = 24 * 1024 * 1024
const withinMs = 60_000

const words: Readonly<Record<ShortageKind, string>> = {
  disk: 'a full disk (ENOSPC)',
  limit: 'a full quota (EFBIG)',
}

/**
 * There is no room on a device: nothing is sent that is not kept, who writes is told why, nothing of others is
 * passed over, and with room it goes on by itself.
 */
export const deviceDiskFull = (kind: ShortageKind): Scenario => ({
  name: `device-full-${kind}`,
  belongs: kind === 'limit' ? 'always' : 'long run',
  run: async ({ kills: intensity, chance }) => {
    const shortage = obtainShortage(kind, diskBytes)
    if (shortage.kind === 'impossible') return { kind: 'skipped', why: shortage.why }
    const world = await startWorld()
    try {
      const violations: string[] = []
      const ledger = openLedger()
      const [alice] = await world.people(
        ['alice'],
        shortage.directory ? { profiles: join(shortage.directory, 'people') } : {},
      )
      const others = await world.people(['bob', 'carol'])
      if (!alice) throw new Error('alice is missing')
      const people = [alice, ...others]
      const talkers = gatherTalkers(ledger, { chance, everyMs: 100, openMax: 20 })
      await talkers.join(await gather(people, 'General'), people)
      const rounds = Math.max(1, Math.round(intensity / 25))
      const refused: string[] = []
      for (let round = 1; round <= rounds; round++) {
        talkers.talk()
        const before = ledger.acked().length + 20
        await eventually('20 messages', withinMs, () => ledger.acked().length >= before)
        shortage.begin(alice.process().pid)
        const refusalsBefore = talkers.refused().length
        await eventually('alice is told', withinMs, () => talkers.refused().length >= refusalsBefore + 3)
        const meanwhile = ledger.acked().length + 20
        await eventually('others talk on', withinMs, () => ledger.acked().length >= meanwhile)
        await talkers.hush()
        if (!alice.process().isAlive()) violations.push('the device of alice has ended')
        shortage.end(alice.process().pid)
      }
      for (const { by, text, code } of talkers.refused()) {
        if (by !== 'alice' || code !== 'storage_full') violations.push(`${by} was told ${code}`)
        refused.push(text)
      }
      const last = await talkers
        .say(alice, ledger.all()[0]?.room ?? '', 'alice again')
        .catch((error: Error) => {
          violations.push(`alice cannot write with room again: ${error.message}`)
        })
      if (last) await eventually('alice is heard again', withinMs, () => last.acked).catch(() => {})
      const shown = await talkers.look(withinMs)
      const came = shown.flatMap(({ items }) =>
        items.filter((item) => item.kind === 'message' && refused.includes(item.text)),
      )
      if (came.length > 0) violations.push(`${came.length} messages were refused and came all the same`)
      const did = `${rounds} × ${words[kind]} at a device, ${refused.length} refused`
      return outcomeOf(did, 0, judge(ledger, shown), violations)
    } finally {
      await world.end()
      shortage.release()
    }
  },
})
