import { useSyncExternalStore } from 'react'
import { dayNumber } from './calendar.ts'

/** By which clock and in which order times are told now. */
export interface Present {
  readonly locale: 'en'
  readonly timeZone: string
  /** A moment of today. */
  readonly nowMs: number
}

/** Nothing tells a page that its zone has changed, or that it is past midnight. */
const checkMs = 20_000

const checkedNow = (): Present => ({
  // Words are English; the clock and the order of a date are those of the reader's own English.
  locale: (navigator.languages.find((language) => language.startsWith('en')) ?? 'en') as 'en',
  timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  nowMs: Date.now(),
})

const readsTheSame = (one: Present, other: Present): boolean =>
  one.locale === other.locale &&
  one.timeZone === other.timeZone &&
  dayNumber(one.nowMs, one.timeZone) === dayNumber(other.nowMs, other.timeZone)

let present = checkedNow()
const listeners = new Set<() => void>()

const check = () => {
  const now = checkedNow()
  if (readsTheSame(present, now)) return
  present = now
  for (const notify of listeners) notify()
}

let timer: ReturnType<typeof setInterval> | undefined

const subscribe = (notify: () => void): (() => void) => {
  if (listeners.size === 0) {
    timer = setInterval(check, checkMs)
    for (const event of ['focus', 'pageshow', 'languagechange']) addEventListener(event, check)
    document.addEventListener('visibilitychange', check)
  }
  listeners.add(notify)
  return () => {
    listeners.delete(notify)
    if (listeners.size > 0) return
    clearInterval(timer)
    for (const event of ['focus', 'pageshow', 'languagechange']) removeEventListener(event, check)
    document.removeEventListener('visibilitychange', check)
  }
}

/** The one source of zone, language and day. Another object only when something would read differently. */
export const usePresent = (): Present => useSyncExternalStore(subscribe, () => present)
