import { element, make, nameElement } from './element.ts'
import type { ChatMessage } from './gateway.ts'
import { avatar } from './people.ts'
import { texts } from './texts.ts'

/** Messages of one person that follow each other closely stand under one name. */
const groupMs = 5 * 60_000
/** Older ones leave the page: they were read, and it is to stay quick. */
const shownMax = 2000
const nearPx = 80

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })
const dayAndClock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

const timeElement = (timeMs: number): HTMLTimeElement => {
  const time = new Date(timeMs)
  const isToday = time.toDateString() === new Date().toDateString()
  const made = make('time', '', (isToday ? clock : dayAndClock).format(time))
  made.dateTime = time.toISOString()
  return made
}

const placeText = (place: ChatMessage['place']): readonly string[] => {
  switch (place) {
    case 'room':
      return []
    case 'private':
      return [texts.toYou]
    case 'chat':
      return [texts.inChat]
  }
}

const follows = (message: ChatMessage, before: ChatMessage | null): boolean =>
  before !== null &&
  before.from === message.from &&
  before.place === message.place &&
  message.timeMs - before.timeMs < groupMs

const messageElement = (message: ChatMessage, isFollowing: boolean): HTMLLIElement => {
  const { from, text, timeMs, isOwn, place } = message
  const tags = placeText(place).map((tag) => make('span', 'tag', tag))
  const name = nameElement(from)
  // One's own are known by where they stand.
  if (isOwn) name.className = 'unseen'
  const head = make('p', 'head', name, ' ', timeElement(timeMs), ...tags)
  // Who says it is heard with each message, and seen above the first.
  if (isFollowing) head.classList.add('unseen')
  const said = make('p', 'said', text)
  said.dir = 'auto'
  const item = make('li', isOwn ? 'message own' : 'message', head, said)
  if (isFollowing) item.classList.add('following')
  else if (!isOwn) item.prepend(avatar(from))
  return item
}

/** The conversation: what was said since this page was opened, the newest below. */
export const makeMessages = () => {
  const log = element('div', 'log')
  const list = element('ol', 'messages')
  const empty = element('p', 'log-empty')
  const newest = element('button', 'newest')
  let before: ChatMessage | null = null

  const isNearEnd = (): boolean => log.scrollHeight - log.scrollTop - log.clientHeight < nearPx
  const toEnd = (): void => {
    log.scrollTop = log.scrollHeight
    newest.hidden = true
  }
  newest.addEventListener('click', () => {
    toEnd()
    log.focus()
  })
  log.addEventListener('scroll', () => {
    if (isNearEnd()) newest.hidden = true
  })
  // A keyboard that opens, or a window that is made smaller, does not hide what was just read.
  let wasNearEnd = true
  log.addEventListener('scroll', () => (wasNearEnd = isNearEnd()))
  new ResizeObserver(() => toEndIfNear()).observe(log)

  const toEndIfNear = (): void => {
    if (wasNearEnd) toEnd()
  }
  /** Whoever reads further up stays there; of others there is news below. */
  const add = (item: HTMLLIElement, isOwn: boolean): void => {
    const isFollowed = isOwn || isNearEnd()
    empty.hidden = true
    // What is on its way stands below the rest.
    const isWaiting = item.classList.contains('waiting')
    list.insertBefore(item, isWaiting ? null : list.querySelector(':scope > .waiting'))
    while (list.childElementCount > shownMax) list.firstElementChild?.remove()
    if (isFollowed) toEnd()
    else newest.hidden = false
  }

  return {
    add: (message: ChatMessage): void => {
      add(messageElement(message, follows(message, before)), message.isOwn)
      before = message
    },
    /** Something that nobody says: who came and went, what could not be opened. */
    note: (...parts: readonly (Node | string)[]): void => {
      add(make('li', 'note', make('p', '', ...parts)), false)
      before = null
    },
    /** What is on its way. */
    show: (item: HTMLLIElement): void => add(item, true),
    /** Something has grown: whoever was at the end stays there. */
    toEndIfNear,
    clear: (room: string): void => {
      list.replaceChildren()
      before = null
      newest.hidden = true
      empty.textContent = texts.empty
      empty.hidden = false
      log.setAttribute('aria-label', texts.logFor(room))
    },
  }
}

export type Messages = ReturnType<typeof makeMessages>
