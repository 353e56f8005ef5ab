/** Posts what GitHub's webhooks tell of a repository into a room; what is not signed with the secret is refused. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createBot } from '@sotto/client/node'
import { at, type Json, listAt, parsed, textAt } from './json.ts'
import { listen } from './listener.ts'
import { botSettings, setting } from './settings.ts'

const secret = setting('GITHUB_SECRET')
const room = setting('SOTTO_ROOM')
const bot = await createBot({ ...botSettings('github'), scope: 'post' })

/** `X-Hub-Signature-256: sha256=<hex>`, compared in constant time. */
const isSigned = (body: Buffer, signature: unknown): boolean => {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const given = Buffer.from(typeof signature === 'string' ? signature : '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** @returns an empty text for events that nobody asked to hear of */
const textOf = (event: string, told: Json): string => {
  const repository = textAt(told, 'repository', 'full_name')
  const who = textAt(told, 'sender', 'login')
  switch (event) {
    case 'push': {
      const commits = listAt(told, 'commits')
      const branch = textAt(told, 'ref').replace('refs/heads/', '')
      const lines = commits.slice(0, 5).map((commit) => `- ${textAt(commit, 'message')}`)
      return [`**${who}** pushed ${commits.length} to ${branch} of ${repository}`, ...lines].join('\n')
    }
    case 'issues':
    case 'pull_request': {
      const subject = event === 'issues' ? 'issue' : 'pull_request'
      const number = at(told, subject, 'number')
      const title = textAt(told, subject, 'title')
      return `**${who}** ${textAt(told, 'action')} ${repository}#${typeof number === 'number' ? number : '?'}: ${title}\n${textAt(told, subject, 'html_url')}`
    }
    default:
      return ''
  }
}

const url = await listen(Number(setting('PORT', '9096')), async ({ headers, body }) => {
  if (!isSigned(body, headers['x-hub-signature-256'])) return 401
  const told = parsed(body)
  if (told === undefined) return 400
  const text = textOf(String(headers['x-github-event']), told)
  // A delivery that is sent again, by hand or because our answer was lost, has the same id.
  if (text !== '') await bot.post(room, text, String(headers['x-github-delivery']))
  return 204
})
process.stdout.write(`GitHub may send to ${url}\n`)
