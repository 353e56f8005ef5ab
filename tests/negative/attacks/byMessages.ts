import type { Step } from '../forge.ts'
import { entersAfter } from '../paths/entry.ts'
import { atTheDoor } from '../paths/door.ts'
import { healed } from '../paths/heal.ts'
import { caughtUp, type Hostile, pushed } from '../paths/log.ts'
import { invitationOf, welcomed } from '../paths/welcome.ts'
import type { Stage } from '../stage.ts'
import { type Cell, cannot, ends, type Row, type RuleId } from '../table.ts'

/** What somebody makes out of the stage; with `nora`, the same and it brings her in, so that there is a Welcome. */
export type Make = (stage: Stage, nora?: boolean) => Promise<readonly Step[]>

/** How an attack that is a row of messages ends, in the rules that it breaks. */
export interface Messages {
  readonly rule: RuleId
  readonly what: string
  readonly make: Make
  /** The rule by which members, the server at its door and the server that heals refuse it. */
  readonly broken: string
  /** Where one of them has another name for it. */
  readonly live?: RegExp
  readonly door?: RegExp | Cell
  readonly heal?: RegExp | Cell
  /** The rule by which who is invited refuses; or why there is nothing to see for it. */
  readonly welcome: RegExp | string
  /** The same in a commit from outside, and its rule; or why there is none. */
  readonly outside: { readonly make: Make; readonly broken: string } | string
  /** Why a device that comes in from outside does not meet it; if it does, it reads the same in the log. */
  readonly entry?: string
  /** When the messages are said to have come, and what else is said. */
  readonly around?: (stage: Stage) => Promise<Omit<Hostile, 'steps'>>
}

const orCannot = (wanted: RegExp | string, cell: (pattern: RegExp) => Cell): Cell =>
  typeof wanted === 'string' ? cannot(wanted) : cell(wanted)

const orCell = (wanted: RegExp | Cell, cell: (pattern: RegExp) => Cell): Cell =>
  wanted instanceof RegExp ? cell(wanted) : wanted

const hostile = async (stage: Stage, { around }: Messages, make: Make): Promise<Hostile> => ({
  steps: await make(stage),
  ...(await around?.(stage)),
})

export const byMessages = (attack: Messages): Row => {
  const { rule, what, make, broken, welcome, outside, entry } = attack
  const stopped = attack.live ?? new RegExp(`^stopped policy (?:${broken})$`)
  const refused = new RegExp(`^refused policy (?:${broken})$`)
  const healRefuses = new RegExp(`^refused policy (?:${broken}|refused_by_caller)$`)
  return {
    rule,
    what,
    cells: {
      'live push': ends(stopped, async (stage) => pushed(stage, await hostile(stage, attack, make))),
      'catch-up': ends(stopped, async (stage) => caughtUp(stage, await hostile(stage, attack, make))),
      'server door': orCell(attack.door ?? refused, (pattern) =>
        ends(pattern, async (stage) => atTheDoor(stage, await make(stage))),
      ),
      welcome: orCannot(welcome, (pattern) =>
        ends(pattern, async (stage) => welcomed(stage, await invitationOf(stage, await make(stage, true)))),
      ),
      heal: orCell(attack.heal ?? healRefuses, (pattern) =>
        ends(pattern, async (stage) => healed(stage, await hostile(stage, attack, make))),
      ),
      'external commit':
        typeof outside === 'string'
          ? cannot(outside)
          : ends(new RegExp(`^stopped policy (?:${outside.broken})$`), async (stage) =>
              pushed(stage, await hostile(stage, attack, outside.make)),
            ),
      'external entry':
        entry === undefined
          ? ends(stopped, async (stage) => entersAfter(stage, await hostile(stage, attack, make)))
          : cannot(entry),
    },
  }
}
