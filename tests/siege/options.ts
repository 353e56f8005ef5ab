import { parseArgs } from 'node:util'

/** Whom the besiegers meet first. */
export type Front = 'none' | 'nginx'

export interface Options {
  readonly quietMs: number
  readonly siegeMs: number
  readonly fronts: readonly Front[]
}

const usage = 'npm run siege -- [--short] [--front none|nginx]'

const isFront = (text: string): text is Front => text === 'none' || text === 'nginx'

/** @throws Error that says how it is used */
export const optionsOf = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: { short: { type: 'boolean', default: false }, front: { type: 'string' } },
  })
  if (values.front !== undefined && !isFront(values.front)) throw new Error(usage)
  return {
    quietMs: values.short ? 12_000 : 20_000,
    siegeMs: values.short ? 18_000 : 60_000,
    fronts: values.front === undefined ? ['none', 'nginx'] : [values.front],
  }
}
