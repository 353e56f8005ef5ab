import type { MemberView, TimelineItem } from '@sotto/client'
import { expect, test } from 'vitest'
import { awaitedIn, isNews } from '../src/client/awaited.ts'

const member = (name: string, isInvited: boolean): MemberView => ({
  account: name,
  name,
  role: 'member',
  own: false,
  isBot: false,
  identity: 'unverified',
  isInvited,
})
const sender = (name: string) => ({ account: name, name, own: false, isBot: false })
const says = (name: string): TimelineItem => ({
  kind: 'message',
  id: name,
  seq: 1,
  sender: sender(name),
  text: 'hello',
  timeMs: 0,
  delivery: { kind: 'sent' },
})
const members = [member('alice', false), member('bob', true)]

test('a list is asked for anew when somebody speaks who had not come in, or the room has changed', () => {
  expect(awaitedIn(members)).toEqual(['bob'])
  expect(isNews([says('alice')], members)).toBe(false)
  expect(isNews([says('alice'), says('bob')], members)).toBe(true)
  const left: TimelineItem = {
    kind: 'event',
    id: 'e',
    seq: 2,
    actor: sender('alice'),
    event: { kind: 'left' },
    timeMs: 0,
  }
  expect(isNews([left], members)).toBe(true)
  expect(isNews([], members)).toBe(false)
})
