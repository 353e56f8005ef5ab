import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Sotto } from '@sotto/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BotProcess, startExample } from './world/process.ts'
import { makeWorld, textsIn, type World } from './world/world.ts'

let world: World
let alice: Sotto
beforeAll(async () => {
  world = await makeWorld()
  alice = await world.person('alice')
})
afterAll(() => world.end())

const settings = (name: string, room: string, more: Readonly<Record<string, string>> = {}) => ({
  SOTTO_PROFILE: world.profile(name),
  SOTTO_SERVER: world.url,
  SOTTO_INVITED_BY: 'alice',
  SOTTO_ROOM: room,
  PORT: '0',
  ...more,
})

/** Invites a bot into a room of that name as soon as its account is there, and waits until it is in. */
const bringIn = async (bot: string, name: string): Promise<string> => {
  const room = await alice.createRoom(name)
  const invited = () =>
    alice.invite(room, bot).then(
      () => true,
      () => false,
    )
  await expect.poll(invited, { timeout: 30_000, interval: 200 }).toBe(true)
  return room
}

const started = (name: string, env: Readonly<Record<string, string>>): BotProcess => {
  const bot = startExample(name, env)
  world.endsWith(bot.kill)
  return bot
}

const addressOf = async (bot: BotProcess): Promise<string> => {
  await expect.poll(() => bot.said(), { timeout: 30_000 }).toMatch(/http:\/\/127/)
  return /http:\/\/127\S+/.exec(bot.said())?.[0] ?? ''
}

/** As whoever delivers does: again, until it is taken. */
const deliver = async (url: string, body: string, headers: Readonly<Record<string, string>> = {}) => {
  const post = async () => (await fetch(url, { method: 'POST', body, headers })).status
  await expect.poll(post, { timeout: 30_000, interval: 200 }).toBe(204)
}

const says = async (room: string, bot: string, texts: readonly string[]): Promise<void> => {
  await expect.poll(() => textsIn(alice, room, bot), { timeout: 30_000 }).toEqual(texts)
}

const serve = async (answer: (url: string, body: string) => string): Promise<string> => {
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => response.end(answer(request.url ?? '', body)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  world.endsWith(async () => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('echo is ten lines long, and echoes', async () => {
  const source = readFileSync(new URL('../../examples/bots/echo.ts', import.meta.url), 'utf8')
  expect(source.trim().split('\n').length).toBeLessThanOrEqual(10)
  started('echo', settings('echo', ''))
  const room = await bringIn('echo', 'Echo')
  await alice.send(room, 'hello')
  await says(room, 'echo', ['hello'])
})

describe('alerts', () => {
  const alert = (status: string, name: string) => ({
    status,
    labels: { alertname: name, severity: 'critical' },
    annotations: { summary: 'The disk\nis full' },
    startsAt: '2026-11-21T09:00:00Z',
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example/graph',
    fingerprint: `f-${name}`,
  })
  const notice = (...alerts: readonly object[]) =>
    JSON.stringify({ version: '4', groupKey: '{}:{}', status: 'firing', receiver: 'sotto', alerts })

  test('Alertmanager tells of a fire, tells of it again, and of its end', async () => {
    const bot = started('alerts', settings('alerts', 'On call'))
    const url = await addressOf(bot)
    const room = await bringIn('alerts', 'On call')
    await deliver(url, notice(alert('firing', 'DiskFull')))
    await deliver(url, notice(alert('firing', 'DiskFull'), alert('firing', 'Slow')))
    await deliver(url, notice(alert('resolved', 'DiskFull')))
    const text = (mark: string, name: string) =>
      `${mark}: **${name}** (critical)\nThe disk is full\nhttp://prometheus.example/graph`
    await says(room, 'alerts', [
      text('🔥 firing', 'DiskFull'),
      text('🔥 firing', 'Slow'),
      text('✅ resolved', 'DiskFull'),
    ])
    expect((await fetch(url, { method: 'POST', body: 'no JSON' })).status).toBe(400)
    expect((await fetch(url)).status).toBe(405)
    expect(
      (await fetch(url, { method: 'POST', body: 'x'.repeat(2_000_000) }).catch(() => null))?.status ?? 413,
    ).toBe(413)
  })
})

test('GitHub is believed when it has signed, and told nothing otherwise', async () => {
  const bot = started('github', settings('github', 'Code', { GITHUB_SECRET: 'open sesame' }))
  const url = await addressOf(bot)
  const room = await bringIn('github', 'Code')
  const push = JSON.stringify({
    ref: 'refs/heads/main',
    repository: { full_name: 'sotto/sotto' },
    sender: { login: 'octocat' },
    commits: [{ message: 'one line' }, { message: 'another\nof two' }],
  })
  const headers = (body: string, secret: string, id: string) => ({
    'x-github-event': 'push',
    'x-github-delivery': id,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  })
  await deliver(url, push, headers(push, 'open sesame', 'd1'))
  await deliver(url, push, headers(push, 'open sesame', 'd1'))
  const refused = async (body: string, given: Readonly<Record<string, string>>) =>
    (await fetch(url, { method: 'POST', body, headers: given })).status
  expect(await refused(push, headers(push, 'guess', 'd2'))).toBe(401)
  expect(await refused(`${push} `, headers(push, 'open sesame', 'd3'))).toBe(401)
  expect(await refused(push, { 'x-github-event': 'push', 'x-github-delivery': 'd4' })).toBe(401)
  const ping = '{"zen":"Keep it simple"}'
  await deliver(url, ping, { ...headers(ping, 'open sesame', 'd5'), 'x-github-event': 'ping' })
  const issue = JSON.stringify({
    action: 'opened',
    issue: { number: 7, title: 'It leaks', html_url: 'https://github.example/7' },
    repository: { full_name: 'sotto/sotto' },
    sender: { login: 'octocat' },
  })
  await deliver(url, issue, { ...headers(issue, 'open sesame', 'd6'), 'x-github-event': 'issues' })
  await says(room, 'github', [
    '**octocat** pushed 2 to main of sotto/sotto\n- one line\n- another of two',
    '**octocat** opened sotto/sotto#7: It leaks\nhttps://github.example/7',
  ])
})

test('a feed: what is there is not news, what comes is, once, also for the next run', async () => {
  let entries = ['old']
  let looks = 0
  const item = (name: string) =>
    `<item><title>${name} &amp; co</title><link>https://n.example/${name}</link><guid>${name}</guid></item>`
  const feed = await serve(() => {
    looks += 1
    return `<?xml version="1.0"?><rss version="2.0"><channel>${entries.map(item).join('')}</channel></rss>`
  })
  const env = settings('rss', 'News', { FEED_URL: feed, FEED_MINUTES: '0.005', FEED_INSIDE: 'yes' })
  const first = startExample('rss', env)
  const room = await bringIn('rss', 'News')
  await expect.poll(() => alice.members(room), { timeout: 30_000 }).toHaveLength(2)
  // When it looks a second time, it has remembered what it saw at the first.
  await expect.poll(() => looks, { timeout: 30_000 }).toBeGreaterThan(1)
  entries = ['new', 'old']
  const text = (name: string) => `**${name} & co**\nhttps://n.example/${name}`
  await says(room, 'rss', [text('new')])
  await first.kill()
  entries = ['newest', 'newer', 'new', 'old']
  started('rss', env)
  await says(room, 'rss', [text('new'), text('newer'), text('newest')])
})

test('a reminder survives the death of the bot that has promised it', async () => {
  const env = settings('reminder', '')
  const first = startExample('reminder', env)
  const room = await bringIn('reminder', 'Tea')
  await expect
    .poll(() => alice.room(room).commands, { timeout: 30_000 })
    .toMatchObject([{ name: 'remind', bot: 'reminder' }])
  await alice.send(room, '/remind soon')
  await alice.send(room, '/remind 3s the tea is ready')
  const usage = 'Say /remind 10m tea: a number, s, m, h or d, and what to remind you of.'
  const promised = [usage, 'I will remind you in 3s.']
  await says(room, 'reminder', promised)
  await first.kill()
  started('reminder', env)
  await says(room, 'reminder', [...promised, '@alice: the tea is ready'])
})

test('the assistant hands on what it was asked, and nothing else that is said', async () => {
  const asked: string[] = []
  let failures = 1
  const endpoint = await serve((url, body) => {
    if (failures-- > 0) return 'not now'
    const { model, messages } = JSON.parse(body) as {
      readonly model: string
      readonly messages: readonly { readonly role: string; readonly content: string }[]
    }
    asked.push(`${url} ${model} ${messages.at(-1)?.content}`)
    return JSON.stringify({ choices: [{ message: { role: 'assistant', content: ' 42. ' } }] })
  })
  started(
    'assistant',
    settings('assistant', '', { OPENAI_BASE_URL: `${endpoint}/v1`, OPENAI_MODEL: 'deep-thought' }),
  )
  const room = await bringIn('assistant', 'Questions')
  await alice.send(room, 'a secret between people')
  await alice.send(room, '@assistant what is the answer?')
  await says(room, 'assistant', ['42.'])
  expect(asked).toEqual(['/v1/chat/completions deep-thought @assistant what is the answer?'])
})
