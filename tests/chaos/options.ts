import { parseArgs } from 'node:util'

export interface Options {
  readonly kills: number
  readonly only: string | null
  readonly seed: number
}

const killsDefault = 100

const usage = 'node tests/chaos/run.ts [--kills N] [--only scenario] [--seed S]'

const wholeNumber = (name: string, text: string): number => {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} wants a whole number\n${usage}`)
  return value
}

/** @throws Error that says how it is used */
export const optionsOf = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: { kills: { type: 'string' }, only: { type: 'string' }, seed: { type: 'string' } },
  })
  return {
    kills: values.kills === undefined ? killsDefault : Math.max(1, wholeNumber('kills', values.kills)),
    only: values.only ?? null,
    seed: values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber('seed', values.seed),
  }
}

/** The line that draws the same faults again. */
export const lineToRepeat = ({ kills, seed }: Options, scenario: string): string =>
  `npm run chaos -- --kills ${kills} --seed ${seed} --only ${scenario}`
