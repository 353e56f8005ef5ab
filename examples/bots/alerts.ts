/** Posts the alerts of a Prometheus Alertmanager (webhook, version 4 of its JSON) into a room. */
import { createBot } from '@sotto/client/node'
import { type Json, listAt, parsed, textAt } from './json.ts'
import { listen } from './listener.ts'
import { botSettings, setting } from './settings.ts'

const bot = await createBot({ ...botSettings('alerts'), scope: 'post' })
const room = setting('SOTTO_ROOM')

const lineOf = (alert: Json): string => {
  const mark = textAt(alert, 'status') === 'resolved' ? '✅ resolved' : '🔥 firing'
  const severity = textAt(alert, 'labels', 'severity')
  const summary = textAt(alert, 'annotations', 'summary') || textAt(alert, 'annotations', 'description')
  const link = textAt(alert, 'generatorURL')
  return [
    `${mark}: **${textAt(alert, 'labels', 'alertname') || 'alert'}**${severity ? ` (${severity})` : ''}`,
    summary,
    link,
  ]
    .filter((part) => part !== '')
    .join('\n')
}

/** Alertmanager repeats what it is not sure of: the same change of the same alert is said once. */
const keyOf = (alert: Json): string =>
  ['status', 'fingerprint', 'startsAt'].map((name) => textAt(alert, name)).join(' ')

const url = await listen(Number(setting('PORT', '9095')), async ({ body }) => {
  const alerts = listAt(parsed(body), 'alerts')
  if (alerts.length === 0) return 400
  for (const alert of alerts) await bot.post(room, lineOf(alert), keyOf(alert))
  return 204
})
process.stdout.write(`Alertmanager may send to ${url}\n`)
