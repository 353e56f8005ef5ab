import { describe, expect, it } from 'vitest'
import {
  claimedTwice,
  completedText,
  completionsOf,
  type OfferedCommand,
  me,
  parseSlash,
  shrug,
  type SlashCommand,
  slashHelp,
} from '../src/slash/index.ts'

const offered: readonly OfferedCommand[] = [
  { name: 'remind', summary: 'remind you', bot: 'tick' },
  { name: 'poll', summary: 'ask everybody', bot: 'quiz' },
  { name: 'poll', summary: 'ask somebody', bot: 'tick' },
  { name: 'help', summary: 'explain itself', bot: 'quiz' },
]

const runs = (name: string, aliases: readonly string[], argument: SlashCommand['argument']) => ({
  name,
  aliases,
  argument,
  deed: { kind: 'runs', run: name } as const,
})
const none = { kind: 'none' } as const
const everywhere = [
  me,
  shrug,
  runs('invite', [], { kind: 'needed', what: 'NAME' }),
  runs('members', [], none),
  runs('leave', [], none),
  runs('help', ['?'], none),
]
const places = { web: everywhere, terminal: [...everywhere, runs('quit', ['q'], none)] }

describe('a text that was written', () => {
  it.each([
    ['hello', { kind: 'text', text: 'hello' }],
    ['  indented', { kind: 'text', text: '  indented' }],
    [' /me is no command', { kind: 'text', text: ' /me is no command' }],
    ['   ', { kind: 'nothing' }],
    ['/quit', { kind: 'run', run: 'quit', argument: '' }],
    ['/q', { kind: 'run', run: 'quit', argument: '' }],
    ['/invite  bob ', { kind: 'run', run: 'invite', argument: 'bob' }],
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
    ['/help', { kind: 'run', run: 'help', argument: '' }],
    ['/help@quiz', { kind: 'text', text: '/help@quiz' }],
  ])('%j', (text, slash) => {
    expect(parseSlash(text, places.terminal, offered)).toEqual(slash)
  })

  it('asks in a browser for nothing that only a terminal has', () => {
    expect(parseSlash('/quit', places.web)).toEqual({ kind: 'unknown', command: 'quit' })
    expect(parseSlash('/leave', places.web)).toEqual({ kind: 'run', run: 'leave', argument: '' })
  })
})

describe('a command that is being written', () => {
  const said = (text: string) =>
    completionsOf(text, places.web, offered).map((completion) =>
      completedText(completion, places.web, offered),
    )

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
      expect(parseSlash(`${text} something`, places.web, offered).kind).not.toBe('unknown')
  })
})

it('help names every command of the place, and those of the bots', () => {
  const described = places.terminal.map((command) => ({ ...command, summary: `does ${command.name}` }))
  const terminal = slashHelp(described, offered).map(({ said }) => said)
  for (const { name } of places.terminal)
    expect(terminal.some((line) => line.startsWith(`/${name}`))).toBe(true)
  expect(terminal).toContain('/poll')
  expect(terminal).toContain('/invite NAME')
  expect(terminal).toContain('/shrug [TEXT]')
})

it('a word that two commands claim is told', () => {
  expect(claimedTwice(places.terminal)).toEqual([])
  expect(claimedTwice([...places.terminal, runs('query', ['q'], none)])).toEqual(['q'])
})
