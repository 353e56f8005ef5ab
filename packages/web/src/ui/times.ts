import type { DateTimeFormatOptions } from 'use-intl'
import type { Nearness } from './calendar.ts'

/** 14:05, or 2:05 PM where that is the custom. */
export const clock = { hour: 'numeric', minute: '2-digit' } as const satisfies DateTimeFormatOptions

/** Everything, for those who ask. */
export const moment = {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
} as const satisfies DateTimeFormatOptions

/** A day, as one writes it down. */
export const day = { day: 'numeric', month: 'long', year: 'numeric' } as const satisfies DateTimeFormatOptions

/** As short as it can be told in a list. */
export const glance = {
  today: clock,
  yesterday: { weekday: 'short' },
  this_week: { weekday: 'short' },
  this_year: { day: 'numeric', month: 'short' },
  earlier: { day: 'numeric', month: 'numeric', year: '2-digit' },
} as const satisfies Record<Nearness, DateTimeFormatOptions>

/** The name of a day. */
export const dayName = {
  today: { weekday: 'long' },
  yesterday: { weekday: 'long' },
  this_week: { weekday: 'long', day: 'numeric', month: 'long' },
  this_year: { weekday: 'long', day: 'numeric', month: 'long' },
  earlier: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
} as const satisfies Record<Nearness, DateTimeFormatOptions>
