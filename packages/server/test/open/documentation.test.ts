import { readFileSync } from 'node:fs'
import {
  chatMessageForms,
  envelopeForms,
  keyEntryForms,
  signatureForms,
  signatureTypes,
} from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { bounds } from '../../src/open/documents/bounds.ts'
import { openFailures } from '../../src/open/failure.ts'
import { openEvents } from '../../src/open/events.ts'
import { openOperations } from '../../src/open/operations.ts'
import { acknowledgement, serverEvents } from '../../src/open/serverEvents.ts'

const page = readFileSync(new URL('../../../../docs/api/open-lane.md', import.meta.url), 'utf8')

/** Keywords of JSON Schema that the shapes write. */
const keywords = new Set(
  (
    'type properties required additionalProperties items anyOf enum const description ' +
    'minLength maxLength minItems maxItems minimum maximum pattern format'
  ).split(' '),
)

const unknownKeywords = (schema: unknown): readonly string[] => {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([keyword, value]) => {
    if (!keywords.has(keyword)) return [keyword]
    if (keyword === 'properties') return Object.values(value as object).flatMap(unknownKeywords)
    if (keyword === 'anyOf') return (value as readonly unknown[]).flatMap(unknownKeywords)
    return keyword === 'items' ? unknownKeywords(value) : []
  })
}

describe('the page of the open lane', () => {
  it('names every operation, every event and every code with its status and text', () => {
    for (const { method, path } of Object.values(openOperations))
      expect(page).toContain(`\`${method} ${path}`)
    for (const { event } of Object.values(openEvents)) expect(page).toContain(`\`${event}`)
    for (const event of Object.keys(serverEvents)) expect(page).toContain(`\`${event}`)
    const rows = page.split('\n').map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .filter((cell) => cell !== ''),
    )
    for (const [code, { status, text }] of Object.entries(openFailures))
      expect(rows).toContainEqual([`\`${code}\``, String(status), text])
  })

  it('tells every form and every bound as the server has it, and no other', () => {
    const cellsBehind = (heading: string, head: string): readonly string[][] => {
      const section = page.slice(page.indexOf(heading))
      const [, table = ''] = new RegExp(`\\n(\\| ${head}[^\\n]*\\n(?:\\|[^\\n]*\\n)+)`).exec(section) ?? []
      const rows = table.trim().split('\n').slice(2)
      return rows.map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()))
    }
    const told = (forms: readonly { readonly name: string; readonly says: string }[]) =>
      forms.map(({ name, says }) => [`_${name}_`, says])
    const bare = keyEntryForms.filter(({ name }) => envelopeForms.every((one) => one.name !== name))
    for (const [heading, forms] of [
      ['**Envelope**', envelopeForms],
      ['**Keys of rooms and chats**', bare],
      ['**In a chat**', chatMessageForms],
      ['`signature` is over the text', signatureForms],
    ] as const)
      expect(cellsBehind(heading, 'form'), heading).toEqual(told(forms))
    expect(cellsBehind('## Bounds', 'of what')).toEqual(bounds.map(({ what, bound }) => [what, bound]))
    for (const type of Object.keys(signatureTypes)) expect(page).toContain(`\`${type}\``)
  })

  it('rests on schemas that are data', () => {
    const schemas = [
      ...Object.values(openOperations).flatMap(({ input, output }) => [input.schema, output]),
      ...Object.values(openEvents).map(({ input }) => input.schema),
      ...Object.values(serverEvents).flat(),
      acknowledgement,
    ]
    for (const schema of schemas) {
      expect(JSON.parse(JSON.stringify(schema))).toEqual(schema)
      expect(unknownKeywords(schema)).toEqual([])
    }
    const codes = [...Object.values(openOperations), ...Object.values(openEvents)].flatMap((one) => one.codes)
    for (const code of codes) expect(Object.keys(openFailures)).toContain(code)
  })
})
