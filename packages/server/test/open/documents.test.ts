import { readFileSync } from 'node:fs'
import asyncApiSpecs from '@asyncapi/specs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv, type AnySchema } from 'ajv'
import { describe, expect, it } from 'vitest'
import { asyncApiDocument } from '../../src/open/documents/asyncApi.ts'
import { html, prose } from '../../src/open/documents/html.ts'
import { openApiDocument } from '../../src/open/documents/openApi.ts'
import { documentPage } from '../../src/open/documents/page.ts'
import { openEvents } from '../../src/open/events.ts'
import { openFailures } from '../../src/open/failure.ts'
import { openOperations } from '../../src/open/operations.ts'
import { serverEvents } from '../../src/open/serverEvents.ts'
import { testServer } from '../client/testServer.ts'

const copyOf = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../docs/api/${name}`, import.meta.url), 'utf8'))

/** As AsyncAPI's own parser reads its schemas: they bring their own meta-schema. */
const asyncApiFaults = (document: unknown): readonly string[] => {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
    meta: false,
    unicodeRegExp: false,
  })
  const validate = ajv.compile(asyncApiSpecs.schemas['3.0.0'] as AnySchema)
  return validate(document)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    expect(await validator.validate({ ...openApiDocument() })).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
    expect((await new Validator().validate({ ...openApiDocument(), paths: 7 })).valid).toBe(false)
  })

  it('has every operation with its codes', () => {
    const { paths } = openApiDocument() as {
      readonly paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>
    }
    for (const { method, path, codes, status } of Object.values(openOperations)) {
      const found = paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
      expect(found?.responses, `${method} ${path}`).toHaveProperty(String(status))
      for (const code of codes)
        expect(found?.responses[String(openFailures[code].status)]?.description).toContain(code)
    }
  })
})

describe('the AsyncAPI document', () => {
  it('is valid AsyncAPI 3', () => {
    expect(asyncApiFaults(asyncApiDocument())).toEqual([])
    expect(asyncApiFaults({ ...asyncApiDocument(), channels: 7 })).not.toEqual([])
  })

  it('has every event, and no reference that leads nowhere', () => {
    const document = asyncApiDocument()
    const text = JSON.stringify(document)
    for (const { name } of Object.values(openEvents)) expect(document['operations']).toHaveProperty(name)
    for (const event of Object.keys(serverEvents)) expect(text).toContain(`"name":"${event}"`)
    const at = (value: unknown, name: string): unknown =>
      (value as Record<string, unknown> | undefined)?.[name]
    for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g))
      expect(path.split('/').reduce<unknown>(at, document), path).toBeDefined()
  })
})

describe('the documents', () => {
  it.each([
    ['openapi.json', openApiDocument],
    ['asyncapi.json', asyncApiDocument],
  ] as const)('docs/api/%s is the one that a server gives out under /docs', (name, make) => {
    expect(copyOf(name)).toEqual(JSON.parse(JSON.stringify(make())))
  })

  it('are served with a page that runs nothing and asks nobody else', async () => {
    const { url } = await testServer({ open: true })
    for (const [path, type] of [
      ['/docs', 'text/html'],
      ['/docs/', 'text/html'],
      ['/docs/style.css', 'text/css'],
      ['/docs/openapi.json', 'application/json'],
      ['/docs/asyncapi.json', 'application/json'],
    ] as const) {
      const answer = await fetch(url + path)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toContain(type)
      const policy = answer.headers.get('content-security-policy') ?? ''
      expect(policy).toContain(`default-src 'none'`)
      expect(policy).not.toMatch(/script-src|unsafe|https?:/)
      const text = await answer.text()
      if (type !== 'application/json')
        expect(text).not.toMatch(/<script|javascript:|https?:\/\/|@import|url\(/i)
    }
    const { url: without } = await testServer({ open: false })
    expect((await fetch(`${without}/docs`)).status).toBe(404)
  })

  it('have a page with every operation, event and code', () => {
    const page = documentPage()
    for (const { name, path } of Object.values(openOperations)) {
      expect(page).toContain(`id="${name}"`)
      expect(page).toContain(path)
    }
    for (const { name } of Object.values(openEvents)) expect(page).toContain(`id="${name}"`)
    for (const event of Object.keys(serverEvents)) expect(page).toContain(`id="heard-${event}-1"`)
    for (const code of Object.keys(openFailures)) expect(page).toContain(`id="${code}"`)
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target)
  })

  it('write what is no markup as text', () => {
    const hostile = `<img src=x onerror='a'>"&`
    expect(html`<p title="${hostile}">${[hostile]}</p>`.markup).not.toMatch(/<img|'a'|">"/)
    expect(prose('a `<b>` c').markup).toBe('a <code>&lt;b&gt;</code> c')
  })
})
