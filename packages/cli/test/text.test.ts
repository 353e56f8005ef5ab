import { describe, expect, it } from 'vitest'
import { emptyDraft, type RoomView, SottoError, type TimelineItem } from '@sotto/client'
import { Readable } from 'node:stream'
import { failureText } from '../src/failureText.ts'
import { linesOf } from '../src/lines.ts'
import { jsonLine } from '../src/json.ts'
import { itemText, messageRecord } from '../src/message.ts'
import { printable, printableLine } from '../src/printable.ts'
import { progressText, roomStateRecord, roomStateText, troubleLines } from '../src/roomState.ts'
import { columnsOf, table } from '../src/table.ts'
import { shortTime } from '../src/time.ts'

describe('text that others wrote', () => {
  it.each([
    ['escape sequences', 'a\x1b[2Jb', 'a�[2Jb'],
    ['a carriage return', 'pay 1\rpay 9', 'pay 1�pay 9'],
    ['8-bit control sequences', 'a\x9b2Jb', 'a�2Jb'],
    ['bidirectional overrides', 'user\u202Etxt.exe', 'user�txt.exe'],
    ['isolates', '\u2066a\u2069', '�a�'],
    ['a bell and a backspace', '\x07\x08', '��'],
    ['separators of lines', 'a\u2028b\u2029c', 'a�b�c'],
  ])('cannot steer the terminal by %s', (_, hostile, shown) => {
    expect(printable(hostile)).toBe(shown)
  })

  it('keeps what people write', () => {
    for (const text of ['שלום עולם', 'مرحبا', '👩‍👩‍👧‍👦', 'línea\nnueva\ttab', '<script>alert("x")</script>'])
      expect(printable(text)).toBe(text)
    expect(printableLine('one\n two\tthree')).toBe('one ⏎ two three')
  })
})

describe('a failure in words', () => {
  it.each(['bad_request', 'room_unknown'] as const)(
    '%s says in particular what it is, and nothing else',
    (code) => {
      expect(failureText(new SottoError(code, 'leave it first'))).toBe('leave it first.')
      expect(failureText(new SottoError(code))).toMatch(/^[A-Z].*\.$/)
    },
  )

  it('whoever is out of a room is told how to come in', () => {
    expect(failureText(new SottoError('not_member'))).toContain('a member has to invite you again')
  })

  it.each(['storage_full', 'bad_request'] as const)(
    'an output that could not be written is not taken for this device: %s',
    (code) => {
      const text = failureText(new SottoError(code, 'standard output', { stream: 'stdout' }))
      expect(text).toContain('The output could not be written')
      expect(text).toContain('stays unread')
      expect(text).not.toMatch(/on this device|not understood/)
    },
  )
})

describe('a value for programs', () => {
  it('steers no terminal and ends no line, and means the same', () => {
    const all = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join('')
    const line = jsonLine({ [all]: all })
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
    expect(JSON.parse(line)).toEqual({ [all]: all })
  })

  it('keeps what people write', () => {
    expect(jsonLine({ text: 'שלום 👩‍👩‍👧‍👦 <b>' })).toBe('{"text":"שלום 👩‍👩‍👧‍👦 <b>"}')
  })
})

describe('a room', () => {
  const room = (state: RoomView['state']): RoomView => ({
    id: '0123456789abcdef0123456789abcdef',
    kind: 'encrypted',
    name: 'General',
    state,
    unread: 0,
    readSeq: 0,
    memberCount: 2,
    latest: null,
    draft: emptyDraft,
    commands: [],
  })
  const remedies = [
    ['wait', 'continues by itself'],
    ['rejoin', 'sotto room rejoin 01234567'],
    ['refound', 'sotto room refound 01234567'],
    ['ask_owner', 'Ask an owner'],
  ] as const
  it.each(remedies)('that is frozen says what is safe and what to do: %s', (remedy, words) => {
    const frozen = room({ kind: 'frozen', code: 'fork', rule: null, remedy, handedBack: null })
    expect(roomStateText(frozen.state)).toMatch(/^frozen: .*different histories/)
    expect(troubleLines(frozen)[0]).toContain('is unchanged')
    expect(troubleLines(frozen)[1]).toContain(words)
    expect(roomStateRecord(frozen.state)).toEqual({
      state: 'frozen',
      code: 'fork',
      rule: null,
      remedy,
      handedBack: null,
    })
  })

  it.each([
    ['here', 'wait', /^3,500 of 7,900 lost entries have been given back; the room continues once/],
    ['elsewhere', 'wait', /^3,500 of 7,900 .*Another device .* has to be online.*an owner has to start/],
    ['elsewhere', 'wait_or_refound', /^3,500 of 7,900 .*sotto room refound 01234567/],
  ] as const)(
    'that a server is given back says how far, and what is missing: %s, %s',
    (next, remedy, words) => {
      const handedBack = { lost: 7900, count: 3500, next }
      const frozen = room({ kind: 'frozen', code: 'server_rollback', rule: null, remedy, handedBack })
      expect(troubleLines(frozen)[1]).toMatch(words)
      expect(progressText(frozen.state)).toBe('3,500 of 7,900 lost entries have been given back')
      expect(roomStateRecord(frozen.state)).toMatchObject({ handedBack })
    },
  )

  it('that is being mended says how far it is, and that what is written is sent', () => {
    for (const step of ['reading', 'rejoining', 'asking'] as const) {
      const repairing = room({ kind: 'repairing', code: 'client_rollback', rule: null, step })
      expect(roomStateText(repairing.state)).toMatch(/^this device /)
      expect(troubleLines(repairing).join()).toContain('is sent as soon as')
      expect(roomStateRecord(repairing.state)).toMatchObject({ state: 'repairing', step })
    }
  })

  it('that was founded anew says where it goes on', () => {
    const state = { kind: 'refounded', successor: 'fedcba9876543210' } as const
    expect(roomStateText(state)).toBe('continues in fedcba98')
    expect(roomStateRecord(state)).toEqual({ state: 'refounded', successor: 'fedcba9876543210' })
  })

  it('that works says nothing', () => {
    expect(roomStateText({ kind: 'active' })).toBe('')
    expect(troubleLines(room({ kind: 'active' }))).toEqual([])
  })
})

describe('what stands in a log', () => {
  const actor = { account: '0b', name: 'bob\u009b2J', own: false }
  const event = (what: Extract<TimelineItem, { kind: 'event' }>['event'], own = false): TimelineItem => ({
    kind: 'event',
    id: 'e1',
    seq: 1,
    actor: { ...actor, own, isBot: false },
    event: what,
    timeMs: 0,
  })
  it.each([
    [event({ kind: 'role', name: 'carol', role: 'admin' }), 'bob�2J has given carol the role admin'],
    [event({ kind: 'rejoined' }, true), 'You have rejoined with new keys'],
    [
      event({ kind: 'objected', rule: 'C5c\x1b' }),
      'A device of bob�2J rejected a change to this room (rule C5c�)',
    ],
    [event({ kind: 'objected', rule: 'C5c' }, true), 'This device rejected a change to this room (rule C5c)'],
    [event({ kind: 'refounded' }), 'bob�2J has started this room again'],
  ])('is said in words: %#', (item, words) => {
    expect(itemText(item)).toContain(words)
  })

  it('a message without a key has its place and its reason, for programs, too', () => {
    const item = { kind: 'missed', id: 'x', seq: 7, why: 'own', timeMs: 0 } as const
    expect(itemText(item)).toContain('that you sent before this device was restored to an older state')
    expect(messageRecord('0f', item)).toEqual({
      room: '0f',
      seq: 7,
      sender: null,
      text: null,
      time: '1970-01-01T00:00:00.000Z',
      missed: 'own',
    })
  })
})

describe('a table', () => {
  it('aligns by columns of the terminal, not by characters', () => {
    expect(columnsOf('你好')).toBe(4)
    expect(columnsOf('👩‍👩‍👧‍👦')).toBe(2)
    expect(columnsOf('é')).toBe(1)
    expect(columnsOf('\x1b[1mbold\x1b[0m')).toBe(4)
    expect(
      table([
        ['你好', 'x'],
        ['abcde', 'y'],
      ]),
    ).toBe('你好   x\nabcde  y')
  })
})

describe('lines of standard input', () => {
  const linesIn = async (...chunks: readonly (string | Buffer)[]): Promise<readonly string[]> => {
    const bytes = chunks.map((chunk) => Buffer.from(chunk))
    const lines: string[] = []
    for await (const line of linesOf(Readable.from(bytes, { objectMode: false }))) lines.push(line)
    return lines
  }
  it('end where a line ends, and nowhere else', async () => {
    expect(await linesIn('one\ntwo\r\n\nth', 'ree\u2028\u0085four\rfive\nlast')).toEqual([
      'one',
      'two',
      '',
      'three\u2028\u0085four\rfive',
      'last',
    ])
    expect(await linesIn('one\n')).toEqual(['one'])
    expect(await linesIn()).toEqual([])
  })
  it('are not torn where a character is', async () => {
    const bytes = Buffer.from('né👩‍👩‍👧\n')
    const single = Array.from(bytes, (byte) => Buffer.of(byte))
    expect(await linesIn(...single)).toEqual(['né👩‍👩‍👧'])
  })
})

describe('a time', () => {
  it('of today is a clock, of another day has its day', () => {
    const noon = new Date(2026, 2, 4, 12, 5).getTime()
    expect(shortTime(noon, noon + 60_000)).toBe('12:05')
    expect(shortTime(noon, noon + 86_400_000)).toBe('2026-03-04 12:05')
  })
})

describe('what there is no space for', () => {
  it.each([
    ['account', 'This account has reached its daily storage limit'],
    ['room', 'other rooms accept more'],
    ['server', 'tell the person who runs it'],
  ])('is told with whose space it is: %s', (scope, words) => {
    for (const code of ['quota', 'timeout'] as const)
      expect(failureText(new SottoError(code, undefined, { scope }))).toContain(words)
  })

  it('is told where nobody says whose', () => {
    expect(failureText(new SottoError('quota'))).toContain('wait on this device')
  })
})

describe('a failure', () => {
  it.each([
    ['a port that is taken', 'a port that is taken.'],
    ['a whole sentence.', 'a whole sentence.'],
    ['is it executable?', 'is it executable?'],
  ])('is a sentence with one end: %s', (particular, end) => {
    const [line] = failureText(new SottoError('unavailable', particular)).split('\n')
    expect(line).toBe(`The server is not ready: ${end}`)
    const detail = { obstacle: 'refused' }
    expect(failureText(new SottoError('offline', particular, detail))).toContain(`\n  ${end}\n`)
  })
})
