import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Jose, Jwk, Transport } from '@sotto/client'
import { scriptOf } from './script.ts'
import { meet, until, untilTimeline } from './talk.ts'
import { startWorld } from './world.ts'

/** Every form in which a secret could have been written down without thinking. */
const formsOf = (secret: Buffer): readonly Buffer[] => {
  const hash = createHash('sha256').update(secret).digest()
  return [
    secret,
    Buffer.from(secret.toString('utf8'), 'utf16le'),
    ...(['base64', 'base64url', 'hex'] as const).map((form) => Buffer.from(secret.toString(form))),
    hash,
    Buffer.from(hash.toString('hex')),
  ]
}

/** All bytes and texts in an answer. */
const bytesIn = (value: unknown): readonly Buffer[] => {
  if (value instanceof Uint8Array) return [Buffer.from(value)]
  if (typeof value === 'string') return [Buffer.from(value)]
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(bytesIn)
  return []
}

describe('the canary of hooks', () => {
  it('is nowhere: no private key, no token and no word in an answer, a log or a row', async () => {
    const lines: string[] = []
    const answers: Buffer[] = []
    const keys: Jwk[] = []
    const world = await startWorld({
      logLevel: 'trace',
      logDestination: { write: (line: string) => void lines.push(line) },
    })
    const jose = (library: Jose): Jose => ({
      ...library,
      generate: async (alg) => {
        const pair = await library.generate(alg)
        keys.push(pair.privateKey)
        return pair
      },
    })
    const transport = (inner: Transport): Transport => ({
      ...inner,
      call: async (op, input, token) => {
        const output = await inner.call(op, input, token)
        answers.push(...bytesIn(output))
        return output
      },
    })
    try {
      const alice = await world.person('alice').open({ jose, transport })
      await alice.register({ name: 'alice', password: 'correct horse battery staple' })
      const bob = await world.person('bob').open({ jose, transport })
      await bob.register({ name: 'bob', password: 'correct horse battery staple' })
      const room = await meet(alice, bob, 'bob')
      const hook = await alice.createHook({ room, name: 'Canary hook 5e1f' })
      const script = scriptOf(world.server().url, hook)
      const said = ['the canary sings of 7f3a', 'and is refused with 91bc']
      const { jwe } = await script.post(said[0] as string)
      const again = await script.postRaw(jwe)
      const refused = await script.post(said[1] as string, { claims: { aud: 'elsewhere' } })
      answers.push(...bytesIn([await script.keys(), again, refused].map((one) => JSON.stringify(one))))
      await untilTimeline(bob, room, (items) => items.filter(({ kind }) => kind === 'hook').length === 2)
      const members = await alice.members({ room })
      await alice.removeMember({ room, account: members.find(({ name }) => name === 'bob')?.account ?? '' })
      await until(bob, ({ rooms }) => rooms[0]?.state.kind === 'removed')
      await expect.poll(async () => (await alice.hooks({ room }))[0]?.generation, { timeout: 20_000 }).toBe(2)
      await world.restart()

      const files = readdirSync(world.dataDirectory, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
      expect(files.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThan(100_000)
      expect(answers.length).toBeGreaterThan(20)
      const secrets = [
        ...keys.flatMap((key) =>
          ['d', 'p', 'q'].flatMap((name) =>
            name in key ? [Buffer.from(key[name] as string, 'base64url')] : [],
          ),
        ),
        ...[...said, hook.name ?? ''].map((text) => Buffer.from(text)),
      ]
      // Anchor, script, and two generations of two keys.
      expect(keys).toHaveLength(6)
      const everywhere = [...files, ...answers, Buffer.from(lines.join('\n'))]
      for (const secret of secrets)
        for (const form of formsOf(secret))
          for (const where of everywhere) expect(where.includes(form)).toBe(false)
      // The hash of the token is what the database keeps instead of it.
      for (const form of [Buffer.from(hook.token), Buffer.from(Buffer.from(hook.token).toString('hex'))])
        for (const where of everywhere) expect(where.includes(form)).toBe(false)
      const log = lines.join('\n')
      for (const id of [hook.hook, room, hook.anchor]) expect(log).not.toContain(id)
    } finally {
      await world.end()
    }
  })
})
