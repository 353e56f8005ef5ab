import { describe, expect, it } from 'vitest'
import {
  completedText,
  completionsOf,
  type OfferedCommand,
  parseSlash,
  slashCommands,
  slashHelp,
} from '../src/slash/index.ts'

const offered: readonly OfferedCommand[] = [
  { name: 'remind', summary: 'remind you', bot: 'tick' },
  { name: 'poll', summary: 'ask everybody', bot: 'quiz' },
  { name: 'poll', summary: 'ask somebody', bot: 'tick' },
  { name: 'help', summary: 'explain itself', bot: 'quiz' },
]

describe('a text that was written', () => {
  it.each([
    ['hello', { kind: 'text', text: 'hello' }],
    ['  indented', { kind: 'text', text: '  indented' }],
    [' /me is no command', { kind: 'text', text: ' /me is no command' }],
    ['   ', { kind: 'nothing' }],
    ['/quit', { kind: 'run', name: 'quit', argument: '' }],
    ['/q', { kind: 'run', name: 'quit', argument: '' }],
    ['/invite  bob ', { kind: 'run', name: 'invite', argument: 'bob' }],
    ['/invite', { kind: 'incomplete', name: 'invite', what: 'NAME' }],
    ['/invite  ', { kind: 'incomplete', name: 'invite', what: 'NAME' }],
    ['/me waves', { kind: 'text', text: '*waves*' }],
    ['/me waves\n\nand goes', { kind: 'text', text: '*waves*\n\n*and goes*' }],
    ['/me', { kind: 'incomplete', name: 'me', what: 'TEXT' }],
    ['/shrug', { kind: 'text', text: '¯\\_(ツ)_/¯' }],
    ['/shrug no idea', { kind: 'text', text: 'no idea ¯\\_(ツ)_/¯' }],
    ['//etc', { kind: 'text', text: '/etc' }],
    ['/etc', { kind: 'unknown', command: 'etc' }],
    ['/etc/passwd is there', { kind: 'unknown', command: 'etc/passwd' }],
    ['/', { kind: 'unknown', command: '' }],
    ['/ no', { kind: 'unknown', command: '' }],
    ['/INVITE bob', { kind: 'unknown', command: 'INVITE' }],
    ['/remind 10m tea ', { kind: 'text', text: '/remind 10m tea' }],
    ['/remind@tick x', { kind: 'text', text: '/remind@tick x' }],
    ['/remind@quiz x', { kind: 'unknown', command: 'remind@quiz' }],
    ['/help', { kind: 'run', name: 'help', argument: '' }],
    ['/help@quiz', { kind: 'text', text: '/help@quiz' }],
  ])('%j', (text, slash) => {
    expect(parseSlash(text, 'terminal', offered)).toEqual(slash)
  })

  it('asks in a browser for nothing that only a terminal has', () => {
    expect(parseSlash('/quit', 'web')).toEqual({ kind: 'unknown', command: 'quit' })
    expect(parseSlash('/leave', 'web')).toEqual({ kind: 'run', name: 'leave', argument: '' })
  })
})

describe('a command that is being written', () => {
  const said = (text: string) =>
    completionsOf(text, 'web', offered).map((completion) => completedText(completion, offered))

  it('is completed while its name is not there yet', () => {
    expect(said('/')).toEqual([
      '/me ',
      '/shrug ',
      '/invite ',
      '/members',
      '/leave',
      '/help',
      '/remind ',
      '/poll@quiz ',
      '/poll@tick ',
      '/help@quiz ',
    ])
    expect(said('/m')).toEqual(['/me ', '/members'])
    expect(said('/poll@t')).toEqual(['/poll@tick '])
    for (const text of ['', 'm', '//', '/me ', '/invite b', '/etc/', '/nonsense'])
      expect(said(text)).toEqual([])
  })

  it('leads, once completed, to what was meant', () => {
    for (const text of said('/'))
      expect(parseSlash(`${text} something`, 'web', offered).kind).not.toBe('unknown')
  })
})

it('help names every command of the place, and those of the bots', () => {
  const terminal = slashHelp('terminal', offered).map(({ said }) => said)
  for (const { name } of slashCommands)
    expect(terminal.some((line) => line.startsWith(`/${name}`))).toBe(true)
  expect(terminal).toContain('/poll')
  expect(slashHelp('web').map(({ said }) => said)).not.toContain('/quit')
})
