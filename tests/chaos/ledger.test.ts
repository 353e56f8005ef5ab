import type { TimelineItem } from '@sotto/client'
import { describe, expect, it } from 'vitest'
import { judge, openLedger } from './ledger.ts'

const room = 'aa'
const texts = ['one', 'two', 'three']

const message = (text: string, seq: number | null, by = 'alice', own = false): TimelineItem => ({
  kind: 'message',
  id: text,
  seq,
  sender: { account: by, name: by, own, isBot: false },
  text,
  timeMs: 0,
  delivery: { kind: 'sent' },
})

const told = () => {
  const ledger = openLedger()
  for (const [at, text] of texts.entries()) {
    ledger.say(room, 'alice', text).stored = true
    ledger.heard('alice', room, [message(text, at + 1, 'alice', true)])
  }
  return ledger
}

const right: readonly TimelineItem[] = texts.map((text, at) => message(text, at + 1))
const alice = { room, who: 'alice', items: right }
const bob = (items: readonly TimelineItem[]) => ({ room, who: 'bob', items })

describe('what was promised is compared with what is shown', () => {
  it('is content when everybody shows everything, once, in order, and where it was acknowledged', () => {
    expect(judge(told(), [alice, bob(right)])).toEqual({
      acked: 3,
      shown: 6,
      lost: 0,
      doubled: 0,
      violations: [],
    })
  })

  it('asks nothing of what nobody was promised', () => {
    const ledger = told()
    ledger.say(room, 'alice', 'cut off')
    expect(judge(ledger, [alice, bob(right)]).violations).toEqual([])
  })

  it.each([
    ['a message that one does not show', right.slice(1), { lost: 1 }, 'bob lost “one”'],
    [
      'a message that waits for ever',
      [...right.slice(0, 2), message('three', null)],
      { lost: 1 },
      'bob lost “three”',
    ],
    ['a message shown twice', [...right, message('two', 4)], { doubled: 1 }, 'bob shows twice “two”'],
    [
      'another place than acknowledged',
      [right[0] as TimelineItem, message('two', 3), message('three', 4)],
      {},
      'bob shows elsewhere than acknowledged “two”, “three”',
    ],
    [
      'another order',
      [right[1], right[0], right[2]] as TimelineItem[],
      {},
      'room aa does not look the same to alice, bob',
    ],
    [
      'a sender who never said it',
      [message('one', 1, 'mallory'), ...right.slice(1)],
      {},
      'bob shows what its sender',
    ],
    [
      'a message that cannot be read',
      [...right, { kind: 'unreadable', id: 'x', seq: 4, timeMs: 0 } as const],
      {},
      'bob cannot read 1 at 4',
    ],
  ])('finds %s', (_, items, counts, violation) => {
    const verdict = judge(told(), [alice, bob(items)])
    expect(verdict).toMatchObject(counts)
    expect(verdict.violations.join('\n')).toContain(violation)
  })

  it('finds an acknowledgement that contradicts an earlier one', () => {
    const ledger = told()
    ledger.heard('alice', room, [message('one', 7, 'alice', true)])
    expect(judge(ledger, [alice]).violations).toEqual(['“one” was acknowledged at 1 and at 7'])
  })
})
