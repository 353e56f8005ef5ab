import { existsSync, readdirSync, readFileSync } from 'node:fs'
import * as client from '@sotto/client'
import * as mls from '@sotto/mls'
import * as protocol from '@sotto/protocol'
import * as trust from '@sotto/trust'
import { describe, expect, test } from 'vitest'
import { chanceOf } from './chance.ts'
import { fuzz } from './fuzz.ts'
import { judge } from './judge.ts'
import { mutate } from './mutate.ts'
import type { Finding, Target } from './target.ts'
import { targets } from './targets.ts'

/** For each target; those that check signatures or open what is sealed take longer over each. */
const executions = 6000
const executionsOfSlow = 600
const isSlow = ({ name }: Target): boolean =>
  /^(?:mls\/(?:join|openPublicGroup|tree|process|observe)|trust\/chain|client\/sealed)/.test(name)

describe('a reader of bytes from outside', () => {
  test.for(targets.map((target) => [target.name, target] as const))(
    '%s takes whatever comes for a value or for nothing, in bounded time and memory',
    async ([, target]) => {
      const most = isSlow(target) ? executionsOfSlow : executions
      const report = await fuzz(target, { seed: 1, isOver: (done) => done >= most })
      expect(report.findings).toEqual([])
    },
  )

  test.for(targets.map((target) => [target.name, target] as const))(
    '%s is tried with something that it takes',
    async ([, target]) => {
      const taken: number[] = []
      for (const [at, bytes] of (await target.seeds()).entries())
        try {
          await target.read(bytes)
          taken.push(at)
        } catch (error) {
          expect(target.isRefusal(error)).toBe(true)
        }
      expect([target.name, taken.length > 0]).toEqual([target.name, true])
    },
  )
})

describe('the targets', () => {
  test('are all readers that our packages show', () => {
    const isReader = (name: string): boolean => /^(?:decode|parse)[A-Z]/.test(name)
    const named = (prefix: string, module: object): readonly string[] =>
      Object.keys(module)
        .filter(isReader)
        .map((name) => `${prefix}/${name}`)
    const shown = [
      ...named('protocol', protocol),
      ...named('mls', mls),
      ...named('trust', trust),
      ...named('client', client),
    ]
    const source = ['protocol', 'mls', 'trust', 'client']
      .map((name) => readFileSync(new URL(`targets/${name}.ts`, import.meta.url), 'utf8'))
      .join('\n')
    const missing = shown.filter((path) => {
      const name = path.split('/')[1] as string
      const structure = name.replace(/^decode/, '')
      return !source.includes(name) && !targets.some((target) => target.name === `mls/${structure}`)
    })
    expect(shown.length).toBeGreaterThan(40)
    expect(missing).toEqual([])
  })

  test('have names of their own', () => {
    expect(new Set(targets.map(({ name }) => name)).size).toBe(targets.length)
  })

  test('are as many as the page on reliability says', () => {
    const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8')
    expect(page).toContain(` ${targets.length} readers of bytes from outside`)
  })
})

/** What was wrong once. */
const regressions = (): readonly (Finding & { readonly file: string })[] => {
  const folder = new URL('regressions/', import.meta.url)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      file,
      ...(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Finding),
    }))
}

describe('what was found once', () => {
  test('is not wrong again', async () => {
    for (const { file, target: name, hex } of regressions()) {
      const target = targets.find((one) => one.name === name)
      expect([file, target?.name]).toEqual([file, name])
      const fault = target && (await judge(target, Uint8Array.from(Buffer.from(hex, 'hex'))))
      expect([file, fault]).toEqual([file, undefined])
    }
  })
})

describe('the fuzzer itself', () => {
  const broken = (read: Target['read'], write?: Target['write']): Target => ({
    name: 'broken',
    seeds: async () => [Uint8Array.from([1, 2, 3, 4])],
    read,
    ...(write ? { write } : {}),
    isRefusal: (error) => error instanceof RangeError,
  })
  const faultsOf = async (target: Target): Promise<readonly string[]> => {
    const { findings } = await fuzz(target, { seed: 3, isOver: (done) => done > 600 })
    return findings.map(({ fault }) => fault.kind)
  }

  test('finds an error of another kind, and only that', async () => {
    const read = (bytes: Uint8Array): number => {
      if (bytes.length > 20) throw new RangeError('too long')
      if (bytes[0] === 0xff) throw new TypeError('not foreseen')
      return bytes.length
    }
    expect(await faultsOf(broken(read))).toEqual(['threw'])
  })

  test('finds two ways of writing one thing', async () => {
    const found = await faultsOf(
      broken(
        (bytes) => bytes.slice(0, 2),
        (value: Uint8Array) => value,
      ),
    )
    expect(found).toEqual(['not_canonical'])
  })

  test('finds what takes too long', async () => {
    const read = (bytes: Uint8Array): void => {
      const { user, system } = process.cpuUsage()
      const workedUs = (): number => process.cpuUsage().user + process.cpuUsage().system - user - system
      while (bytes[0] === 0xff && workedUs() < 500_000);
    }
    const target = broken(read)
    expect(await judge(target, Uint8Array.from([0xff]))).toMatchObject({ kind: 'slow' })
    expect(await judge(target, Uint8Array.from([0xfe]))).toBeUndefined()
  })

  test('finds what takes too much', async () => {
    const kept: Uint8Array[] = []
    const target = broken((bytes) => kept.push(new Uint8Array(bytes[0] === 0xff ? 64 << 20 : 1).fill(1)))
    expect(await judge(target, Uint8Array.from([0xff]))).toMatchObject({ kind: 'large' })
    expect(await judge(target, Uint8Array.from([0xfe]))).toBeUndefined()
  })

  test('makes the same of the same seed, and other things of another', () => {
    const corpus = [Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]), new Uint8Array(40)]
    const made = (seed: number): string => {
      const chance = chanceOf(seed)
      return Array.from({ length: 50 }, () => Buffer.from(mutate(chance, corpus)).toString('hex')).join()
    }
    expect(made(7)).toBe(made(7))
    expect(made(7)).not.toBe(made(8))
  })
})
