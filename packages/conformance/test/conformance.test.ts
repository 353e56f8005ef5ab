import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chatMessageForms, signatureForms } from '@sotto/lane'
import { messageForms, proofForms } from '../src/chatRows.ts'
import { conformance, type Finding, sections } from '../src/conformance.ts'
import { makeWorld, type World } from '../../cli/test/world/processes.ts'
import { python } from '../../cli/test/world/python.ts'
import { pythonClient } from './pythonClient.ts'

let world: World
beforeAll(async () => {
  world = await makeWorld()
  await world.serve()
}, 60_000)
afterAll(() => world.end())

const rowCount = sections.reduce((sum, { rows }) => sum + rows.length, 0)
const suiteMs = 180_000

const faults = (findings: readonly Finding[]) =>
  findings.flatMap(({ row, outcome }) => (outcome.kind === 'holds' ? [] : [`${row.id}: ${outcome.reason}`]))

describe('the contract of the open lane, row by row, against a started server', () => {
  it(
    'driven by JavaScript',
    async () => {
      const findings = await conformance(world.url, { onFinding: () => {} })
      expect(faults(findings)).toEqual([])
      expect(findings).toHaveLength(rowCount)
    },
    suiteMs,
  )

  it.skipIf(python === undefined)(
    'driven by Python (needs python3-socketio, -websocket, -requests)',
    async () => {
      // One address makes so many accounts an hour; this is another server.
      const other = await makeWorld()
      await other.serve()
      const client = pythonClient()
      try {
        const findings = await conformance(other.url, { client, onFinding: () => {} })
        expect(faults(findings)).toEqual([])
        expect(findings).toHaveLength(rowCount)
      } finally {
        await client.end()
        await other.end()
      }
    },
    suiteMs,
  )
})

describe('the rows leave nothing out', () => {
  it('of the forms of a chat’s message and of its signature', () => {
    expect(Object.keys(messageForms)).toEqual(chatMessageForms.map(({ name }) => name))
    expect(Object.keys(proofForms)).toEqual(signatureForms.map(({ name }) => name))
    const ids = sections.flatMap((section) => section.rows.map(({ id }) => id))
    for (const { name } of chatMessageForms) expect(ids).toContain(`chats.form.${name}`)
  })

  const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  const rows = readdirSync(new URL('../src/', import.meta.url))
    .filter((file) => /Rows?\.ts$|bench\.ts$/.test(file))
    .map((file) => textOf(`../src/${file}`))
    .join('\n')
  const asyncApi = JSON.parse(textOf('../../../docs/api/asyncapi.json')) as {
    readonly components: { readonly messages: Record<string, { readonly name: string }> }
  }
  const openApi = JSON.parse(textOf('../../../docs/api/openapi.json')) as {
    readonly paths: Record<string, Record<string, object>>
  }

  it('of the events that can be sent and heard', () => {
    // Whoever closes the server tells its sockets; a stranger does not close it: tests/open/otherPrograms.test.ts.
    const told = new Set(['acknowledgement', 'error', 'system_message'])
    const names = Object.values(asyncApi.components.messages).map(({ name }) => name)
    for (const name of new Set(names)) if (!told.has(name)) expect(rows, name).toContain(`'${name}'`)
  })

  it('of the calls but those that need a person’s device', () => {
    const others = ['/api/tokens', '/api/tokens/{id}', '/api/rooms/{room_id}/members']
    for (const [path, methods] of Object.entries(openApi.paths).filter(([one]) => !others.includes(one)))
      for (const method of Object.keys(methods))
        expect(rows).toMatch(new RegExp(`${method.toUpperCase()} ${path.replace(/\{.*/, '')}`))
  })

  it('of the codes of open-lane.md that are refusals of what is sent', () => {
    for (const code of [
      'PLAINTEXT_REFUSED',
      'UNAUTHENTICATED_ENCRYPTION',
      'MESSAGE_HASH_PLAINTEXT',
      'IV_REUSED',
      'CLIENT_KEY_REQUIRED',
      'ALG_WITHDRAWN',
      'KEY_INVALID',
      'PAYLOAD_INVALID',
      'PAYLOAD_TOO_LARGE',
      'GONE',
      'IDENTITY_MISMATCH',
    ])
      expect(rows, code).toContain(`'${code}'`)
  })
})

/** A server in front of the server that lies a little. */
const liar = async (change: (path: string, body: string) => string) => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { host: _host, 'content-length': _length, connection: _connection, ...headers } = request.headers
      const isBodied = request.method !== 'GET' && request.method !== 'HEAD'
      fetch(`${world.url}${request.url}`, {
        method: request.method ?? 'GET',
        headers: headers as Record<string, string>,
        ...(isBodied ? { body: Buffer.concat(chunks) } : {}),
      })
        .then(async (answer) => {
          const body = change(request.url ?? '', await answer.text())
          response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
          response.end(body)
        })
        .catch(() => response.destroy())
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, end: () => void server.close() }
}

describe('a server that does not keep the contract is found out', () => {
  const run = async (url: string, only: string): Promise<readonly Finding[]> =>
    conformance(url, { only, onFinding: () => {} })

  it('one that gives out another key', async () => {
    const server = await liar((path, body) =>
      path.includes('public-key')
        ? body.replace('BEGIN PUBLIC KEY-----\\nM', 'BEGIN PUBLIC KEY-----\\nN')
        : body,
    )
    expect((await run(server.url, 'first.key'))[0]?.outcome.kind).toBe('fails')
    server.end()
  })

  it('one that names private keys', async () => {
    const server = await liar((path, body) =>
      path === '/login' ? body.replace('{', '{"private_key":null,') : body,
    )
    const findings = [...(await run(server.url, 'rest.login')), ...(await run(server.url, 'secrets'))]
    expect(findings.map(({ outcome }) => outcome.kind)).toContain('fails')
    server.end()
  })

  it('one that says why a password is wrong', async () => {
    const server = await liar((path, body) =>
      path === '/login' ? body.replace('INVALID_CREDENTIALS', 'NO_SUCH_USER') : body,
    )
    expect(faults(await run(server.url, 'rest.login-refused'))).not.toEqual([])
    server.end()
  })
})
