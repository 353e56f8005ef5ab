/**
 * Answers whoever names it (`@assistant …`) with what a language model says: any endpoint that speaks OpenAI's
 * `/chat/completions`. What is said to it, and nothing else from the room, leaves the encryption for that endpoint.
 */
import { createBot } from '@sotto/client/node'
import { at, parsed } from './json.ts'
import { botSettings, setting } from './settings.ts'

const endpoint = setting('OPENAI_BASE_URL', 'http://localhost:11434/v1')
const key = process.env['OPENAI_API_KEY']
const model = setting('OPENAI_MODEL', 'llama3')
const answerCharactersMax = 8000
const patienceMs = 120_000

await createBot({
  ...botSettings('assistant'),
  scope: 'mentions',
  onMessage: async ({ text }) => {
    const response = await fetch(`${endpoint}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) },
      body: JSON.stringify({
        model,
        messages: [
          { role: 'system', content: 'You take part in a team chat. Answer briefly, in Markdown.' },
          { role: 'user', content: text },
        ],
      }),
      // What was said, and the key, go where the operator has said.
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    })
    // What is thrown here is tried again.
    if (!response.ok) throw new Error(`the endpoint answers ${response.status}`)
    const answer = at(parsed(await response.text()), 'choices', 0, 'message', 'content')
    if (typeof answer !== 'string' || answer.trim() === '') throw new Error('the endpoint says nothing')
    return Array.from(answer.trim()).slice(0, answerCharactersMax).join('')
  },
})
