import { describe, expect, it } from 'vitest'
import { limits, SottoError } from '@sotto/protocol'
import { textDraft, textOf } from '../src/draft/draft.ts'
import { type RemoteClient, remoteClient } from '../src/remote/client.ts'
import { endingBy } from '../src/remote/endingBy.ts'
import { asked, remoteVersion, served } from '../src/remote/envelope.ts'
import type { Channel } from '../src/remote/messages.ts'
import { serveClient } from '../src/remote/serve.ts'
import type { Client, ClientEvent, ClientState, TimelineItem } from '../src/view.ts'
import { refusing } from './refusing.ts'

const room = 'ab'.repeat(16)
const stateOf = (name: string): ClientState => ({
  account: { kind: 'signed_in', server: 'http://x', name, account: 'a', device: 'd', isBot: false },
  connection: { kind: 'online', route: 'websocket' },
  rooms: [],
})

const message = (seq: number, text: string, own = false): TimelineItem => ({
  kind: 'message',
  id: `m${seq}`,
  seq,
  sender: { account: own ? 'a' : 'b', name: own ? 'alice' : 'bob', own, isBot: false },
  text,
  timeMs: seq,
  delivery: { kind: 'sent' },
})

/** A profile as the serving side has it: messages named by the caller, each kept once. */
const profile = () => {
  const texts = new Map<string, string>()
  const listeners = new Set<(event: ClientEvent) => void>()
  const client: Client = {
    ...refusing,
    state: () => stateOf('alice'),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => {},
    login: async () => {
      throw new SottoError('invalid_credentials', 'no', { triesLeft: 3 })
    },
    logout: async () => {
      throw new TypeError('a bug with a secret in it')
    },
    findOpenRoom: async () => null,
    people: async () => [],
    invite: async () => {},
    inviteAll: async () => [],
    declineAll: async () => ({ count: 0 }),
    blocked: async () => [],
    members: async () => [],
    registrationMode: async () => 'open',
    createAccessToken: async () => ({ id: 1, token: 'token', expiresMs: 0 }),
    accessTokens: async () => [],
    revokeAccessToken: async () => {},
    // What has no name is another message each time.
    send: async ({ text, message: id = `unnamed ${texts.size}` }) => {
      texts.set(id, text)
      return { id }
    },
    timelineAround: async () => ({
      items: [...texts.values()].map((text, i) => message(i + 1, text)),
      hasOlder: false,
      hasNewer: false,
    }),
    timeline: async ({ after = 0 }) => ({
      items: [...texts.values()]
        .map((text, i) => message(i + 1, text))
        .filter(({ seq }) => (seq ?? 0) >= after),
      more: false,
    }),
    markRead: async () => {},
    setDraft: async () => {},
    keepDraft: async () => {},
    sendDraft: async ({ draft, message: id = `unnamed ${texts.size}` }) => {
      texts.set(id, textOf(draft))
      return { id }
    },
    offerCommands: async () => {},
    readNote: async () => null,
    writeNote: async () => {},
  }
  return { client, texts, tell: (event: ClientEvent) => listeners.forEach((listener) => listener(event)) }
}

/** A broadcast channel whose messages are clones and can be lost. */
const air = () => {
  const ends = new Set<(message: unknown) => void>()
  const lossy: { lose: (message: unknown) => boolean } = { lose: () => false }
  const end = (): Channel => {
    let own: ((message: unknown) => void) | undefined
    return {
      post: (value) => {
        const copy: unknown = structuredClone(value)
        if (lossy.lose(copy)) return
        queueMicrotask(() => {
          for (const listener of ends) if (listener !== own) listener(copy)
        })
      },
      listen: (listener) => {
        own = listener
        ends.add(listener)
        return () => ends.delete(listener)
      },
    }
  }
  return { end, lossy }
}

const ids = () => {
  let next = 0
  return () => (next++).toString(16).padStart(32, '0')
}
/** Time that passes when it is told to. */
const clock = () => {
  let nowMs = 0
  let tasks: readonly { readonly atMs: number; readonly task: () => void }[] = []
  return {
    after: (delayMs: number, task: () => void) => {
      const one = { atMs: nowMs + delayMs, task }
      tasks = [...tasks, one]
      return () => void (tasks = tasks.filter((other) => other !== one))
    },
    pass: (ms: number) => {
      nowMs += ms
      const due = tasks.filter(({ atMs }) => atMs <= nowMs)
      tasks = tasks.filter(({ atMs }) => atMs > nowMs)
      for (const { task } of due) task()
    },
    isIdle: () => tasks.length === 0,
  }
}
const patient = { scheduler: clock(), silent: () => new SottoError('profile_in_use') }
const kindOf = (value: unknown) => (value as { message: { kind: string } }).message.kind

describe('a client across a channel', () => {
  it('mirrors state and tells events', async () => {
    const { end } = air()
    const { client, tell } = profile()
    const remote = remoteClient(end(), ids(), patient)
    expect(remote.state().account.kind).toBe('none')
    serveClient(client, end(), 'first')
    await remote.ready
    expect(remote.state()).toEqual(stateOf('alice'))
    const events: ClientEvent[] = []
    remote.subscribe((event) => events.push(event))
    tell({ kind: 'state', state: stateOf('bob') })
    tell({ kind: 'timeline', room, items: [message(1, 'hi')] })
    await remote.members({ room })
    expect(remote.state()).toEqual(stateOf('bob'))
    expect(events.map(({ kind }) => kind)).toEqual(['state', 'timeline'])
  })

  it('keeps code and detail of a failure, and hides what a bug says', async () => {
    const { end } = air()
    serveClient(profile().client, end(), 'first')
    const remote = remoteClient(end(), ids(), patient)
    const failure = await remote.login({ name: 'alice', password: 'wrong' }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(SottoError)
    expect(failure).toMatchObject({ code: 'invalid_credentials', detail: { triesLeft: 3 } })
    await expect(remote.logout({ forget: false })).rejects.toMatchObject({
      code: 'internal',
      message: 'Something went wrong on our side',
    })
  })

  it.each([
    ['send', (remote: RemoteClient) => remote.send({ room, text: 'hello' })],
    ['sendDraft', (remote: RemoteClient) => remote.sendDraft({ room, draft: textDraft('hello') })],
  ] as const)(
    '%s without an answer is repeated to the next server, and its message stored once',
    async (_, say) => {
      const { end, lossy } = air()
      const { client, texts } = profile()
      const remote = remoteClient(end(), ids(), patient)
      const stop = serveClient(client, end(), 'first')
      await remote.ready
      // The first server stores the message and dies before it answers.
      lossy.lose = (value) => kindOf(value) === 'result'
      const sent = say(remote)
      await expect.poll(() => texts.size).toBe(1)
      stop()
      lossy.lose = () => false
      serveClient(client, end(), 'second')
      await expect(sent).resolves.toEqual({ id: expect.any(String) })
      expect([...texts.values()]).toEqual(['hello'])
    },
  )

  it('a call that arrives twice is carried out once', async () => {
    const { end } = air()
    const { client } = profile()
    let invited = 0
    serveClient({ ...client, invite: async () => void invited++ }, end(), 'first')
    const asking = end()
    const replies: unknown[] = []
    asking.listen((reply) => replies.push(reply))
    const call = asked({
      kind: 'call',
      call: '1',
      server: 'first',
      command: 'invite',
      input: { room, name: 'bob' },
    })
    asking.post(call)
    asking.post(call)
    await expect.poll(() => replies.filter((reply) => kindOf(reply) === 'result').length).toBe(2)
    expect(invited).toBe(1)
  })

  it('what is asked between two servers is carried out after what was asked before', async () => {
    const { end, lossy } = air()
    const { client, texts } = profile()
    const remote = remoteClient(end(), ids(), patient)
    const stop = serveClient(client, end(), 'first')
    await remote.ready
    stop()
    const sent = [remote.send({ room, text: 'one' }), remote.send({ room, text: 'two' })]
    lossy.lose = (value) => kindOf(value) === 'serving'
    serveClient(client, end(), 'second')
    // It hears this, and is not known here yet.
    sent.push(remote.send({ room, text: 'three' }))
    await new Promise((resolve) => setImmediate(resolve))
    lossy.lose = () => false
    expect([...texts.values()]).toEqual([])
    end().post(asked({ kind: 'hello' }))
    await Promise.all(sent)
    expect([...texts.values()]).toEqual(['one', 'two', 'three'])
  })

  it('what is asked before anybody serves is carried out in its order', async () => {
    const { end } = air()
    const { client, texts } = profile()
    const remote = remoteClient(end(), ids(), patient)
    const sent = ['one', 'two', 'three'].map((text) => remote.send({ room, text }))
    serveClient(client, end(), 'first')
    await Promise.all(sent)
    expect([...texts.values()]).toEqual(['one', 'two', 'three'])
  })

  it('a command that is not known is refused, not left open', async () => {
    const { end } = air()
    serveClient(profile().client, end(), 'first')
    const asking = end()
    const replies: unknown[] = []
    asking.listen((reply) => replies.push(reply))
    const command = 'waveAtEverybody'
    asking.post(asked({ kind: 'call', call: '1', server: 'first', command, input: { room } }))
    const refusal = expect.objectContaining({ kind: 'failure', call: '1', code: 'outdated' })
    await expect.poll(() => replies).toContainEqual(expect.objectContaining({ message: refusal }))
  })

  it('a promise may resolve with it, and what ends it may be replaced', async () => {
    const { end } = air()
    serveClient(profile().client, end(), 'first')
    const remote = await Promise.resolve(remoteClient(end(), ids(), patient))
    let ended = 0
    const other = await Promise.resolve(endingBy(remote, async () => void ended++))
    await expect(other.members({ room })).resolves.toEqual([])
    await other.close()
    expect(ended).toBe(1)
    await remote.close()
    await expect(other.members({ room })).rejects.toMatchObject({ code: 'closed' })
  })

  it('what a dying server did not tell is read from the next one', async () => {
    const { end, lossy } = air()
    const { client, texts, tell } = profile()
    const remote = remoteClient(end(), ids(), patient)
    const stop = serveClient(client, end(), 'first')
    await remote.ready
    texts.set('a', 'one')
    await remote.timeline({ room, limit: 10 })
    const heard: string[] = []
    remote.subscribe((event) => {
      if (event.kind === 'timeline')
        for (const item of event.items) if (item.kind === 'message') heard.push(item.text)
    })
    lossy.lose = (value) => kindOf(value) === 'event'
    texts.set('b', 'two')
    tell({ kind: 'timeline', room, items: [message(2, 'two')] })
    stop()
    lossy.lose = () => false
    serveClient(client, end(), 'second')
    await expect.poll(() => heard).toEqual(['two'])
  })

  it('an own message that is acknowledged early does not hide what stands before it', async () => {
    const { end, lossy } = air()
    const { client, texts, tell } = profile()
    const remote = remoteClient(end(), ids(), patient)
    const stop = serveClient(client, end(), 'first')
    await remote.ready
    texts.set('a', 'one')
    await remote.timeline({ room, limit: 10 })
    const heard: string[] = []
    remote.subscribe((event) => {
      if (event.kind === 'timeline')
        for (const item of event.items) if (item.kind === 'message') heard.push(item.text)
    })
    // Acknowledged at 3 when the server dies, which has not read 2 yet.
    tell({ kind: 'timeline', room, items: [message(3, 'own', true)] })
    await expect.poll(() => heard).toEqual(['own'])
    lossy.lose = (value) => kindOf(value) === 'event'
    texts.set('b', 'two')
    stop()
    lossy.lose = () => false
    serveClient(client, end(), 'second')
    await expect.poll(() => heard).toEqual(['own', 'two'])
  })

  it('passes over what is not meant for it', async () => {
    const { end } = air()
    const { client } = profile()
    serveClient(client, end(), 'first')
    const remote = remoteClient(end(), ids(), patient)
    const other = end()
    for (const noise of [null, 1, 'x', {}, { kind: 'call' }, { kind: 'call', call: '1', command: 'close' }])
      other.post(noise)
    await remote.ready
    await expect(remote.members({ room })).resolves.toEqual([])
  })

  it('after closing every open call has failed and nothing more is heard', async () => {
    const remote = remoteClient(air().end(), ids(), patient)
    const open = remote.members({ room })
    await remote.close()
    await expect(open).rejects.toMatchObject({ code: 'closed' })
  })

  describe('nobody is waited for without end', () => {
    const quarterMs = limits.helperSilenceMs / 4
    const impatient = () => {
      const scheduler = clock()
      return { scheduler, silent: () => new SottoError('profile_in_use', 'silent') }
    }

    it('where nobody ever serves', async () => {
      const options = impatient()
      const remote = remoteClient(air().end(), ids(), options)
      const call = remote.members({ room })
      for (let i = 0; i < 4; i += 1) options.scheduler.pass(quarterMs)
      await expect(remote.ready).rejects.toMatchObject({ code: 'profile_in_use' })
      await expect(call).rejects.toMatchObject({ code: 'profile_in_use' })
      expect(options.scheduler.isIdle()).toBe(true)
    })

    it('unless somebody says that they are coming up', async () => {
      const { end } = air()
      const options = impatient()
      const remote = remoteClient(end(), ids(), options)
      const leading = end()
      for (let i = 0; i < 20; i += 1) {
        options.scheduler.pass(quarterMs)
        leading.post(served({ kind: 'starting' }))
        await Promise.resolve()
      }
      serveClient(profile().client, leading, 'first')
      await expect(remote.ready).resolves.toBeUndefined()
    })

    it('who serves, works long and answers that it is there is waited for; who has died is not', async () => {
      const { end, lossy } = air()
      const options = impatient()
      const { client } = profile()
      serveClient({ ...client, members: () => new Promise(() => {}) }, end(), 'first')
      const remote = remoteClient(end(), ids(), options)
      await remote.ready
      const call = remote.members({ room })
      let outcome = 'open'
      call.catch((error: SottoError) => (outcome = error.code))
      const pass = async (): Promise<void> => {
        options.scheduler.pass(quarterMs)
        await new Promise((resolve) => setImmediate(resolve))
      }
      for (let i = 0; i < 20; i += 1) await pass()
      expect(outcome).toBe('open')
      lossy.lose = () => true
      for (let i = 0; i < 5; i += 1) await pass()
      expect(outcome).toBe('profile_in_use')
      // One that comes back is used again.
      lossy.lose = () => false
      await expect(remote.inviteAll({ room, names: [] })).resolves.toEqual([])
      expect(options.scheduler.isIdle()).toBe(false)
      await remote.close()
      expect(options.scheduler.isIdle()).toBe(true)
    })
  })
})

/** As another version would say it. */
const ofVersion = (version: number, envelope: unknown): unknown => ({
  ...(envelope as object),
  sotto: version,
})

describe('two versions on one channel', () => {
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it('a side that asks and is older than what serves ends, and says that it is out of date', async () => {
    const { end } = air()
    let told = 0
    const remote = remoteClient(end(), ids(), { ...patient, outdated: () => void told++ })
    const call = remote.members({ room })
    const later = served({ kind: 'serving', server: 'later', state: stateOf('alice') })
    end().post(ofVersion(remoteVersion + 1, later))
    await expect(remote.ready).rejects.toMatchObject({ code: 'outdated' })
    await expect(call).rejects.toMatchObject({ code: 'outdated' })
    await expect(remote.members({ room })).rejects.toMatchObject({ code: 'outdated' })
    expect(remote.state().connection).toEqual({ kind: 'refused', code: 'outdated' })
    // What comes next is not misread.
    end().post(served({ kind: 'serving', server: 'later', state: stateOf('bob') }))
    await turn()
    expect([told, remote.state().account]).toEqual([1, { kind: 'none' }])
  })

  it('a side that serves and is older than what asks makes way, and carries nothing out', async () => {
    const { end } = air()
    const { client, texts } = profile()
    let told = 0
    serveClient(client, end(), 'first', () => void told++)
    const input = { room, text: 'from a later version' }
    const call = asked({ kind: 'call', call: '1', server: 'first', command: 'send', input })
    end().post(ofVersion(remoteVersion + 1, call))
    await turn()
    expect([told, texts.size]).toEqual([1, 0])
  })

  it('or says that it is older, where it does not make way', async () => {
    const { end } = air()
    const older = () => new SottoError('profile_in_use', 'start it anew')
    const remote = remoteClient(end(), ids(), { ...patient, older })
    const call = remote.members({ room })
    end().post(ofVersion(0, served({ kind: 'starting' })))
    await expect(call).rejects.toMatchObject({ code: 'profile_in_use', message: 'start it anew' })
  })

  it('what serves is waited for where it is older and makes way', async () => {
    const { end } = air()
    const remote = remoteClient(end(), ids(), patient)
    const call = remote.members({ room })
    end().post(ofVersion(0, served({ kind: 'starting' })))
    await turn()
    serveClient(profile().client, end(), 'second')
    await expect(call).resolves.toEqual([])
  })

  it('from before there were versions: who asks hears that it is out of date, and nothing is carried out', async () => {
    const { end } = air()
    const { client, texts } = profile()
    serveClient(client, end(), 'first')
    const present = remoteClient(end(), ids(), patient)
    await present.ready
    const asking = end()
    const replies: unknown[] = []
    asking.listen((reply) => replies.push(reply))
    asking.post({ kind: 'hello' })
    asking.post({ kind: 'call', call: '1', command: 'send', input: { room, text: 'old' } })
    await expect
      .poll(() => replies)
      .toContainEqual(expect.objectContaining({ kind: 'failure', call: '1', code: 'outdated' }))
    expect(replies).toContainEqual(
      expect.objectContaining({
        kind: 'serving',
        state: expect.objectContaining({ connection: { kind: 'refused', code: 'outdated' } }),
      }),
    )
    expect(texts.size).toBe(0)
    // Those of this version do not take it for theirs.
    expect(present.state().connection.kind).toBe('online')
    await expect(present.members({ room })).resolves.toEqual([])
  })

  it('from before there were versions: who serves is not understood, and that is said', async () => {
    const { end } = air()
    const older = (isUnversioned: boolean) =>
      isUnversioned ? new SottoError('profile_in_use', 'close the other tab') : null
    const remote = remoteClient(end(), ids(), { ...patient, older })
    end().post({ kind: 'serving', server: 'old', state: stateOf('alice') })
    await expect(remote.ready).rejects.toMatchObject({ message: 'close the other tab' })
    expect(remote.state().account.kind).toBe('none')
  })
})
