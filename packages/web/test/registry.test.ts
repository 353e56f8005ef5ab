import { me } from '@sotto/client'
import { describe, expect, test } from 'vitest'
import { features } from '../src/app/features.ts'
import type { Command } from '../src/registry/command.ts'
import { conflictsIn } from '../src/registry/conflicts.ts'
import { registryOf } from '../src/registry/feature.ts'
import type { MessageAction } from '../src/registry/messageAction.ts'

const action = (id: string, key: string | null): MessageAction => ({
  id,
  icon: 'copy',
  label: () => id,
  key,
  place: 'bar',
  isOffered: () => true,
  deed: { kind: 'act', act: () => undefined },
})

describe('what features bring to each other', () => {
  test('is claimed by one of them alone', () => {
    expect(conflictsIn(registryOf(features))).toEqual([])
  })

  test('is told where two claim it', () => {
    const registry = registryOf([
      { messageActions: [action('pin', 'p'), action('copy', null)] },
      { messageActions: [action('print', 'p'), action('copy', null)] },
    ])
    expect(conflictsIn(registry)).toEqual(['two message actions copy', 'two message actions with the key p'])
  })

  test('is told where two claim a key, a word or an address', () => {
    const command = (id: string): Command => ({
      id,
      icon: () => 'plus',
      label: () => id,
      isOffered: () => true,
      run: () => undefined,
      keys: [{ kind: 'command', code: 'KeyK' }],
    })
    const View = () => null
    const registry = registryOf([
      { commands: [command('find')], slashCommands: [{ ...me, label: () => 'say' }] },
      {
        commands: [command('search')],
        slashCommands: [{ ...me, label: () => 'do' }],
        screens: [{ name: 'room', kind: 'panel', isOffered: () => true, View }],
      },
    ])
    expect(conflictsIn(registry)).toEqual([
      'two commands with the keys Ctrl K',
      'two commands /me',
      'two screens room',
    ])
  })

  test('is gone with its line', () => {
    const has = (id: string, all: typeof features) =>
      registryOf(all).messageActions.some((one) => one.id === id)
    expect(has('copy_text', features)).toBe(true)
    expect(has('copy_text', [])).toBe(false)
  })
})
