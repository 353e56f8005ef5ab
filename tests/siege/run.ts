/**
 * A real server under siege: a stranger, a member, a hook and programs do all that they may from several addresses of
 * this machine, and honest people go on. Their waits are compared with those of a quiet phase of the same run.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve, urlOf } from '../chaos/world/serverProcess.ts'
import { freePort } from '../chaos/world/world.ts'
import { hasNginx, type Nginx, startNginxOfPage } from '../proxy/nginx.ts'
import type { FromAttackers, ToAttackers } from './attackers.ts'
import type { FromHonest, ToHonest } from './honest.ts'
import { type Front, type Options, optionsOf } from './options.ts'
import { watchResident } from './resident.ts'
import { muster } from './troop.ts'
import {
  bounds,
  type Measured,
  percentile,
  type Service,
  isSlowOnly,
  slowdownOf,
  violationsOf,
} from './verdict.ts'

type Gate = Pick<Nginx, 'port' | 'stop'>

const victim = 'attacked'
const victimPassword = 'correct horse battery staple'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const served = (said: FromHonest): Service => {
  if (said.kind !== 'served') throw new Error(`honest people said ${said.kind}`)
  return said.service
}

const besiege = async (url: string, pid: number, { quietMs, siegeMs }: Options): Promise<Measured> => {
  const honest = muster<ToHonest, FromHonest>('honest.ts', [url, victim, victimPassword])
  const attackers = muster<ToAttackers, FromAttackers>('attackers.ts', [
    url,
    victim,
    victimPassword,
    process.env['SIEGE_ONLY'] ?? '',
  ])
  const resident = watchResident(pid)
  try {
    await honest.ready
    await attackers.ready
    say('quiet …')
    const quiet = served(await honest.say({ kind: 'phase', lastsMs: quietMs }))
    say('siege …')
    const [service, done] = await Promise.all([
      honest.say({ kind: 'phase', lastsMs: siegeMs }),
      attackers.say({ kind: 'siege', lastsMs: siegeMs }),
    ])
    if (done.kind === 'done')
      for (const [who, did] of Object.entries(done.did)) say(`  ${who}: ${JSON.stringify(did)}`)
    return { quiet, siege: served(service), residentBytesMax: resident.most() }
  } finally {
    resident.end()
    honest.end()
    attackers.end()
  }
}

const summary = (measured: Measured): string => {
  const { quiet, siege, residentBytesMax } = measured
  const of = ({ waitsMs }: Service): string =>
    `${waitsMs.length} messages, p50 ${percentile(waitsMs, 0.5).toFixed(1)} ms, p99 ${percentile(waitsMs, 0.99).toFixed(1)} ms`
  return [
    `  quiet: ${of(quiet)}`,
    `  siege: ${of(siege)}; ${slowdownOf(measured).toFixed(1)} times the quiet p99, at most ${bounds.slowdownMax}`,
    `  the server held ${Math.round(residentBytesMax / 1024 / 1024)} MB, at most ${bounds.residentBytesMax / 1024 / 1024}`,
  ].join('\n')
}

/** Anybody may come in: who is kept out at the door besieges nobody. */
const serverOptions: Readonly<Record<Front, readonly string[]>> = {
  none: ['--registration', 'open'],
  nginx: ['--registration', 'open', '--trust-proxy', '127.0.0.1'],
}

/** The nginx of the page for hosts, without TLS: its cost is not what is looked at. */
const withoutTls = (text: string): string =>
  text.replace(' ssl http2', '').replaceAll(/^ *ssl_certificate.*$/gm, '')

/** Where everybody knocks. */
const openGate = (front: Front, port: number): Promise<Gate> | Gate => {
  switch (front) {
    case 'none':
      return { port, stop: async () => {} }
    case 'nginx':
      return startNginxOfPage(port, { change: withoutTls })
  }
}

/** One siege of a server of its own, from its first start to its stop. */
const measure = async (front: Front, options: Options): Promise<Measured> => {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-siege-'))
  const port = await freePort()
  const server = serve({
    port,
    data: join(directory, 'data'),
    log: join(directory, 'server.log'),
    options: serverOptions[front],
  })
  const gate = await openGate(front, port)
  try {
    await server.ready
    const measured = await besiege(urlOf(gate.port), server.pid, options)
    say(summary(measured))
    return measured
  } finally {
    await gate.stop()
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

/**
 * Waits that are too long are looked at once more: the machine may have had something else to do. Nothing else is.
 *
 * @returns whether all held
 */
const siege = async (front: Front, options: Options): Promise<boolean> => {
  say(front === 'none' ? 'Face to face:' : `Behind ${front}:`)
  const first = await measure(front, options)
  if (isSlowOnly(first)) say('too slow; once more …')
  const violations = violationsOf(isSlowOnly(first) ? await measure(front, options) : first)
  const counts = new Map<string, number>()
  for (const violation of violations) counts.set(violation, (counts.get(violation) ?? 0) + 1)
  for (const [violation, times] of counts) say(`  VIOLATED ${times > 1 ? `${times} times ` : ''}${violation}`)
  return violations.length === 0
}

if (process.platform !== 'linux')
  say('A siege needs Linux: its loopback network has many addresses. Skipped.')
else {
  const options = optionsOf(process.argv.slice(2))
  let held = true
  for (const front of options.fronts) {
    if (front === 'nginx' && !hasNginx) say('Behind nginx: none is installed. Skipped.')
    else held = (await siege(front, options)) && held
  }
  process.exitCode = held ? 0 : 1
}
