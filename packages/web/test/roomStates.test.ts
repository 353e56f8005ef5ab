import { failures } from '@sotto/client'
import type { FailureCode, RoomState, TimelineItem } from '@sotto/client'
import { describe, expect, test } from 'vitest'
import { refusalOf } from '../src/features/connection/refusal.ts'
import { missedRuns, missedWhy } from '../src/features/conversation/missed.ts'
import { gravityOf, troubleOf } from '../src/client/trouble.ts'
import { standingOf } from '../src/client/standing.ts'
import { en } from '../src/messages/en.ts'

const codes = Object.keys(failures) as FailureCode[]

const missed = (seq: number, why: 'own' | 'absent'): Extract<TimelineItem, { kind: 'missed' }> => ({
  kind: 'missed',
  id: `x${seq}`,
  seq,
  why,
  timeMs: seq * 1000,
})

describe('what a room lets its member do', () => {
  test.each([
    [{ kind: 'active' }, 'open'],
    [{ kind: 'behind', missing: 2 }, 'open'],
    [{ kind: 'repairing', code: 'client_rollback', rule: null, step: 'reading' }, 'mending'],
    [{ kind: 'frozen', code: 'fork', rule: null, remedy: 'refound', handedBack: null }, 'stopped'],
    [{ kind: 'refounded', successor: '0f' }, 'over'],
    [{ kind: 'removed' }, 'over'],
    [{ kind: 'left' }, 'over'],
    [{ kind: 'invited', inviter: null, timeMs: 0, kept: false }, 'outside'],
    [{ kind: 'invited', inviter: null, timeMs: 0, kept: true }, 'over'],
    [{ kind: 'joining', kept: false }, 'outside'],
    [{ kind: 'joining', kept: true }, 'over'],
  ] as const satisfies readonly (readonly [RoomState, string])[])('%j', (state, standing) => {
    expect(standingOf(state)).toBe(standing)
  })
})

describe('why a room has stopped', () => {
  test('every code has words for what happened and what is safe', () => {
    for (const code of codes) {
      const trouble = troubleOf(code, null)
      for (const text of [en.trouble.happened[trouble], en.trouble.safe[trouble]])
        expect(text, code).toMatch(/^[A-Z].+\.$/)
    }
  })
  test('what a server may do on purpose is told apart from what happens', () => {
    const grave = codes.filter((code) => gravityOf(troubleOf(code, null)) === 'grave')
    expect(grave.toSorted()).toEqual(['fork', 'identity_changed', 'integrity', 'policy'])
  })
  test('a change that this device cannot follow breaks no rule', () => {
    expect(troubleOf('policy', 'C5c')).toBe('policy')
    expect(troubleOf('policy', 'mls:decryption')).toBe('other')
  })
  test('another server is not blamed for a disk that fails', () => {
    expect(codes.filter((code) => refusalOf(code) === 'server').toSorted()).toEqual([
      'identity_changed',
      'integrity',
    ])
  })
})

describe('messages without a key', () => {
  const items = [missed(1, 'own'), missed(2, 'own'), missed(3, 'absent'), missed(4, 'own')]
  test('are told by their reason, in runs', () => {
    expect(missedRuns(items)).toEqual([
      { id: 'x1', why: 'own', count: 2, fromMs: 1000, toMs: 2000 },
      { id: 'x3', why: 'absent', count: 1, fromMs: 3000, toMs: 3000 },
      { id: 'x4', why: 'own', count: 1, fromMs: 4000, toMs: 4000 },
    ])
    expect(missedRuns([])).toEqual([])
  })
  test('have one reason, or both', () => {
    expect(missedWhy(items)).toBe('both')
    expect(missedWhy(items.slice(0, 2))).toBe('own')
    expect(missedWhy(items.slice(2, 3))).toBe('absent')
  })
})
