import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { operations, toHex } from '@sotto/protocol'
import { describe, expect, it } from 'vitest'
import { refusal } from './client/calling.ts'
import { connect, login, publish, register } from './client/device.ts'
import { acceptWelcome, catchUp, createRoom, invite, say, submit, write } from './client/room.ts'
import { testServer } from './client/testServer.ts'

const filesUnder = (directory: string): readonly string[] =>
  readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

/** Every form in which a secret could have been written down without thinking. */
const formsOf = (secret: string): readonly Buffer[] => {
  const bytes = Buffer.from(secret)
  const hash = createHash('sha256').update(bytes).digest()
  return [
    bytes,
    Buffer.from(secret, 'utf16le'),
    ...['base64', 'base64url', 'hex'].map((form) => Buffer.from(bytes.toString(form as 'hex'))),
    hash,
    Buffer.from(hash.toString('hex')),
    Buffer.from(hash.toString('base64')),
  ]
}

describe('the canary', () => {
  it('is nowhere: not in the database, not in any file, not in the log', async () => {
    const canaries = {
      text: 'the canary sings at midnight 7f3a',
      password: 'canary password 91bc nobody knows',
      refused: 'a canary that was refused 4d5e',
    }
    const lines: string[] = []
    const server = await testServer({
      logLevel: 'trace',
      logDestination: { write: (line: string) => void lines.push(line) },
    })
    const alice = await register(server.url, 'alicecanary', canaries.password)
    const bob = await register(server.url, 'bob')
    await publish(bob)
    const hers = await createRoom(alice)
    await invite(hers, bob.account)
    const his = await acceptWelcome(bob, hers.id)
    const socket = await connect(bob)
    await say(hers, canaries.text)
    await socket.next('entries')
    await catchUp(his)
    expect(his.texts).toEqual([canaries.text])
    await refusal(submit(hers, await write(hers, canaries.refused, { sendCounter: 1 })))
    await refusal(login(server.url, 'alicecanary', `${canaries.password} wrong`, null))
    await refusal(alice.call(operations.lookUpAccount, { name: 'nosuchcanary' }))
    await fetch(`${server.url}/v1/accounts/nosuchcanary?token=${alice.token}`)
    await server.close()

    const files = filesUnder(server.dataDirectory).map((path) => [path, readFileSync(path)] as const)
    const log = Buffer.from(lines.join('\n'))
    expect(log.length).toBeGreaterThan(500)
    const everywhere = [...files, ['the log', log] as const]
    for (const [name, secret] of Object.entries({ ...canaries, token: alice.token }))
      for (const form of formsOf(secret))
        for (const [where, bytes] of everywhere) {
          // The hash of a token is what the database keeps instead of it.
          const isTokenHash = name === 'token' && where.includes('sotto.db') && form.length === 32
          if (!isTokenHash) expect(bytes.includes(form), `${name} in ${where}`).toBe(false)
        }

    // Neither names nor ids are in the log, and nothing that was not foreseen.
    for (const name of [
      'alicecanary',
      'bob',
      'nosuchcanary',
      '127.0.0.1',
      toHex(alice.account),
      toHex(hers.id),
    ])
      expect(log.includes(name), name).toBe(false)
    const fields = new Set(lines.flatMap((line) => Object.keys(JSON.parse(line) as object)))
    const foreseen = [
      'level',
      'time',
      'event',
      'account',
      'device',
      'room',
      'source',
      'code',
      'count',
      'port',
    ]
    for (const field of fields) expect(foreseen).toContain(field)
  })

  it('SES-1: the secrets are files that only the owner may read, and not in the database', async () => {
    const server = await testServer()
    await register(server.url, 'alice')
    await server.close()
    const database = readFileSync(join(server.dataDirectory, 'sotto.db'))
    const secrets = filesUnder(join(server.dataDirectory, 'secrets'))
    expect(secrets).toHaveLength(4)
    for (const path of secrets) {
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(database.includes(readFileSync(path))).toBe(false)
    }
    expect(statSync(join(server.dataDirectory, 'secrets')).mode & 0o777).toBe(0o700)
  })
})
