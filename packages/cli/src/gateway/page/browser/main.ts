import { forgetName, forgetToken, keepName, keepToken, nameOfTab, tokenOfTab } from './access.ts'
import { makeComposer } from './composer.ts'
import { element, nameElement } from './element.ts'
import { makeEntrance } from './entrance.ts'
import { connect, type Gateway, type Listener, type LoginOutcome } from './gateway.ts'
import { makeMessages } from './messages.ts'
import { makeOutgoing } from './outgoing.ts'
import { makePeople } from './people.ts'
import { texts } from './texts.ts'

type View = 'key' | 'enter' | 'talk'

/** Where the page stands. */
interface State {
  view: View | null
  gateway: Gateway | null
  room: string
  name: string | null
  /** Whose the messages are that the page has. */
  owner: string
  people: readonly string[]
  unread: number
}

const state: State = {
  view: null,
  gateway: null,
  room: '',
  name: null,
  owner: '',
  people: [],
  unread: 0,
}

const trouble = element('p', 'trouble')
const link = element('p', 'enter-link')
const enterButton = element('button', 'enter-button')
const views: Readonly<Record<View, HTMLElement>> = {
  key: element('main', 'key'),
  enter: element('main', 'enter'),
  talk: element('div', 'talk'),
}

const messages = makeMessages()
const outgoing = makeOutgoing(messages, (text) => composer.putBack(text))
const people = makePeople()
const composer = makeComposer((text) => {
  if (state.gateway) outgoing.send(state.gateway, text)
})

const showTitle = (): void => {
  document.title = state.view === 'talk' ? texts.title(state.room, state.unread) : 'Sotto gateway'
}

const show = (view: View): void => {
  if (state.view === view) return
  state.view = view
  for (const [name, part] of Object.entries(views)) part.hidden = name !== view
  showTitle()
}

const say = (place: HTMLElement, text: string): void => {
  if (place.textContent !== text) place.textContent = text
}

const entered = (name: string): void => {
  state.name = name
  state.unread = 0
  keepName(name)
  element('bdi', 'own-name').textContent = name
  people.show(state.people, name)
  show('talk')
  composer.focus()
}

const toEntrance = (): void => {
  state.name = null
  state.people = []
  people.close()
  show('enter')
  nameForm.focus()
}

/** What is there belongs to nobody else. */
const begin = (owner: string): void => {
  state.owner = owner.toLowerCase()
  messages.clear(state.room)
  outgoing.clear()
  composer.clear()
}

/** In vain, unless somebody else is there under this name. */
const secondsAgain = 5

/**
 * Logs in where this tab was logged in before: the gateway may not have noticed yet that the connection of before has ended.
 */
const logInAgain = async (gateway: Gateway, name: string): Promise<LoginOutcome> => {
  for (let left = secondsAgain; ; left--) {
    const outcome = await gateway.login(name)
    if (outcome.ok || outcome.code !== 'NAME_IN_USE' || left === 0) return outcome
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

const refuse = (name: string, why: string): void => {
  forgetName()
  toEntrance()
  nameForm.fill(name)
  nameForm.fail(why)
}

const enter = async (
  name: string,
  logIn: (gateway: Gateway, name: string) => Promise<LoginOutcome>,
): Promise<void> => {
  const { gateway } = state
  if (!gateway || enterButton.ariaBusy === 'true') return
  enterButton.ariaBusy = 'true'
  say(enterButton, texts.entering)
  // Before: what has waited for us is told at once. What came while we logged out is still there.
  if (state.owner !== name.toLowerCase()) begin(name)
  const outcome = await logIn(gateway, name)
  enterButton.ariaBusy = 'false'
  say(enterButton, texts.enter)
  if (outcome.ok) entered(outcome.username ?? name)
  else refuse(name, outcome.why)
}

/** The connection is there again, and the gateway knows nothing of who we were. */
const enterAgain = async (gateway: Gateway, name: string): Promise<void> => {
  const outcome = await logInAgain(gateway, name)
  if (outcome.ok) say(trouble, '')
  else if (outcome.code !== 'DISCONNECTED') refuse(name, outcome.why)
}

const listener: Listener = {
  connected: (room, server) => {
    state.room = room
    for (const place of document.querySelectorAll('.room-name')) place.textContent = room
    for (const place of document.querySelectorAll('.server-name'))
      place.textContent = URL.canParse(server) ? new URL(server).host : server
    say(link, '')
    say(trouble, '')
    const { gateway, name } = state
    const known = name ?? nameOfTab()
    if (name !== null && gateway) return void enterAgain(gateway, name)
    if (state.view !== 'enter') toEntrance()
    if (known !== null) {
      nameForm.fill(known)
      void enter(known, logInAgain)
    }
  },
  refused: (why) => {
    switch (why) {
      case 'token':
        forgetToken()
        show('key')
        keyForm.fail(texts.tokenWrong)
        return
      case 'away':
        if (state.view === null) show('enter')
        say(link, texts.gatewayAway)
        if (trouble.textContent !== texts.gatewayEnded) say(trouble, texts.gatewayAway)
    }
  },
  disconnected: () => {
    say(link, texts.gatewayAway)
    if (trouble.textContent !== texts.gatewayEnded) say(trouble, texts.gatewayAway)
  },
  message: (message) => {
    if (message.isOwn) outgoing.cameBack(message.text)
    messages.add(message)
    if (message.isOwn || document.visibilityState === 'visible') return
    state.unread += 1
    showTitle()
  },
  changed: (name, change) => messages.note(nameElement(name), ` ${texts[change]}`),
  people: (names) => {
    state.people = names
    if (state.name !== null) people.show(names, state.name)
  },
  server: (where) => say(trouble, where === 'there' ? '' : texts.serverAway),
  notice: (text) => messages.note(text),
  ended: () => {
    say(trouble, texts.gatewayEnded)
    say(link, texts.gatewayEnded)
  },
}

const open = (token: string): void => {
  state.gateway?.close()
  state.gateway = connect(token, listener)
}

const keyForm = makeEntrance(
  { form: 'key-form', input: 'key-input', error: 'key-error', missing: texts.tokenMissing },
  (token) => {
    keepToken(token)
    open(token)
  },
)
const nameForm = makeEntrance(
  { form: 'enter-form', input: 'name-input', error: 'name-error', missing: texts.nameMissing },
  (name) => void enter(name, (gateway, given) => gateway.login(given)),
)

element('button', 'logout-button').addEventListener('click', () => {
  forgetName()
  void state.gateway?.logout()
  const name = state.name ?? ''
  begin(name)
  nameForm.fill(name)
  nameForm.fail('')
  toEntrance()
})

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return
  state.unread = 0
  showTitle()
})

const token = tokenOfTab()
if (token === null) {
  show('key')
  keyForm.focus()
} else open(token)
