import { readdirSync, readFileSync } from 'node:fs'
import { isRule, rules } from '@sotto/trust'
import { describe, expect, test } from 'vitest'

const specification = readFileSync(new URL('../../../docs/spec/trust.md', import.meta.url), 'utf8')

const id = /^(?:[A-Z]+-\d+|C\d[a-i]?)$/

const titles = readdirSync(new URL('.', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
  .flatMap((source) => [...source.matchAll(/\btest\(\s*'([^']*)'/g)].map(([, title]) => title as string))

/** The ids that a title begins with. */
const idsOf = (title: string): readonly string[] => {
  const words = title.split(' ')
  const end = words.findIndex((word) => !id.test(word))
  return end < 0 ? words : words.slice(0, end)
}

describe('the rules', () => {
  test('of the specification are those of the code', () => {
    const written = [...specification.matchAll(/\*\*([^*\s]+)\*\*/g)].map(([, text]) => text as string)
    const named = written.filter((text) => id.test(text))
    expect(named.toSorted()).toEqual([...rules].toSorted())
    expect(new Set(named).size).toBe(named.length)
    expect(isRule('C3a')).toBe(true)
    expect(isRule('C9')).toBe(false)
  })

  test('each have a test of what they refuse, whose title begins with the rule', () => {
    const tested = new Set(titles.flatMap(idsOf))
    expect(rules.filter((rule) => !tested.has(rule))).toEqual([])
  })
})
