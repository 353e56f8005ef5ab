/** All attackers, in a process of their own that yields to everybody else's: they sit elsewhere. */
import { setPriority } from 'node:os'
import type { Attack, Ready, Target } from './attack.ts'
import { hook } from './attacks/hook.ts'
import { member } from './attacks/member.ts'
import { openLane } from './attacks/openLane.ts'
import { stranger } from './attacks/stranger.ts'

export type ToAttackers = { readonly kind: 'siege'; readonly lastsMs: number } | { readonly kind: 'end' }
export type FromAttackers =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly did: Readonly<Record<string, Readonly<Record<string, number>>>> }
  | { readonly kind: 'failed'; readonly why: string }

const attacks: readonly Attack[] = [stranger, member, openLane, hook]
const lowest = 19

const tell = (message: FromAttackers): void => void process.send?.(message)
const fail = (error: unknown): void =>
  tell({ kind: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) })

const prepareAll = async (target: Target, only: string): Promise<ReadonlyMap<string, Ready>> => {
  const ready = new Map<string, Ready>()
  for (const attack of attacks)
    if (only === '' || attack.name === only) ready.set(attack.name, await attack.prepare(target))
  return ready
}

const main = async (url: string, victim: string, victimPassword: string, only: string): Promise<void> => {
  setPriority(lowest)
  const all = await prepareAll({ url, port: Number(new URL(url).port), victim, victimPassword }, only)
  process.on('message', (message: ToAttackers) => {
    if (message.kind === 'end') {
      for (const ready of all.values()) ready.leave()
      process.exit(0)
    }
    const signal = AbortSignal.timeout(message.lastsMs)
    Promise.all([...all.values()].map((ready) => ready.run(signal))).then(() => {
      const did = [...all].map(([name, { tally }]) => [name, Object.fromEntries(tally)] as const)
      tell({ kind: 'done', did: Object.fromEntries(did) })
    }, fail)
  })
  tell({ kind: 'ready' })
}

const [url = '', victim = '', victimPassword = '', only = ''] = process.argv.slice(2)
main(url, victim, victimPassword, only).catch(fail)
