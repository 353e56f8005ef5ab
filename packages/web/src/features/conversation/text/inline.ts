/**
 * What stands within a line. Every part knows the characters it was made of: `sourceOf` gives back exactly the text
 * that came in, whatever it was.
 */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string; readonly mark: string }
  | { readonly kind: 'bold' | 'italic'; readonly mark: Mark; readonly children: readonly Inline[] }
  | {
      readonly kind: 'link'
      readonly source: string
      readonly label: string
      readonly href: string
      /** The host in ASCII, where the label does not already begin with it: what a link says and where it goes may differ. */
      readonly host: string | null
    }

type Mark = '**' | '*' | '_'

type Token =
  | { readonly kind: 'part'; readonly part: Inline }
  | { readonly kind: 'mark'; readonly mark: Mark; readonly opens: boolean; readonly closes: boolean }

const letter = /[\p{L}\p{N}\p{M}_]/u
const space = /\s/u
const bareLink = /https?:\/\/[^\s<>"`]+/uy
/** Characters that nobody sees: within an address, they let it read as another one. */
const hidden = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u
/** In words, joiners and selectors belong to letters and pictures; beside a plain character they belong to nothing. */
const misleading =
  /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[!-~][\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]|[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800][!-~]/u
const addressCharactersMax = 2000
// Bounded, so that a line of brackets costs no more than its length times a constant.
const namedLink =
  /\[([^[\]\n]{1,300})\]\((https?:\/\/[^\s()<>\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]{1,2000})\)/uy

export const sourceOf = (parts: readonly Inline[]): string => parts.map(sourceOfPart).join('')

const sourceOfPart = (part: Inline): string => {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code':
      return `${part.mark}${part.text}${part.mark}`
    case 'bold':
    case 'italic':
      return `${part.mark}${sourceOf(part.children)}${part.mark}`
    case 'link':
      return part.source
  }
}

const linkOf = (source: string, label: string, address: string): Inline | null => {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return null
  }
  const plain = `${url.protocol}//${url.host}`
  const told = label === plain || (label.startsWith(plain) && /[/?#]/.test(label[plain.length] ?? ''))
  return { kind: 'link', source, label, href: url.href, host: told ? null : url.host }
}

/** Punctuation after an address belongs to the sentence; a bracket only when it has not been opened within. */
const withoutSentenceEnd = (address: string): string => {
  let end = address.length
  let open = 0
  for (const character of address) open += character === '(' ? 1 : character === ')' ? -1 : 0
  for (; end > 0; end -= 1) {
    const last = address[end - 1] ?? ''
    if (last === ')' && open < 0) open += 1
    else if (!/[.,;:!?'"*_~\]}]/.test(last)) break
  }
  return address.slice(0, end)
}

const withoutHiddenEnd = (address: string): string => {
  let end = address.length
  while (end > 0 && hidden.test(characterBefore(address, end))) end -= characterBefore(address, end).length
  return address.slice(0, end)
}

/** An address without what follows it: the end of a sentence, and marks of direction, which stand around addresses. */
const addressIn = (found: string): string =>
  withoutSentenceEnd(withoutHiddenEnd(withoutSentenceEnd(withoutHiddenEnd(found))))

/** A line that is being read, up to `at`. */
interface Reading {
  readonly line: string
  readonly tokens: Token[]
  at: number
  /** What has been read since the last token, and is text. */
  plain: string
  /** Once a search for a closing mark has failed, it fails for the rest of the line: no text costs its square. */
  readonly withoutClose: Set<string>
}

const flush = (reading: Reading): void => {
  if (reading.plain !== '') reading.tokens.push({ kind: 'part', part: { kind: 'text', text: reading.plain } })
  reading.plain = ''
}

const take = (reading: Reading, token: Token, length: number): true => {
  flush(reading)
  reading.tokens.push(token)
  reading.at += length
  return true
}

const takePlain = (reading: Reading, text: string): true => {
  reading.plain += text
  reading.at += text.length
  return true
}

/** Takes what stands at the place that is being read. @returns false where it is not there */
type Taker = (reading: Reading) => boolean

const takeCode: Taker = (reading) => {
  const { line, at, withoutClose } = reading
  const mark = /`+/y
  mark.lastIndex = at
  const ticks = mark.exec(line)?.[0] ?? ''
  if (ticks.length > 2 || withoutClose.has(ticks)) return takePlain(reading, ticks)
  const close = line.indexOf(ticks, at + ticks.length)
  if (close < 0) withoutClose.add(ticks)
  const text = close < 0 ? '' : line.slice(at + ticks.length, close)
  if (text === '' || line[close + ticks.length] === '`') return takePlain(reading, ticks)
  const part: Inline = { kind: 'code', text, mark: ticks }
  return take(reading, { kind: 'part', part }, text.length + 2 * ticks.length)
}

const takeLink: Taker = (reading) => {
  const { line, at } = reading
  if (letter.test(characterBefore(line, at))) return false
  bareLink.lastIndex = at
  const found = bareLink.exec(line)?.[0]
  if (found === undefined) return false
  const address = addressIn(found)
  const isPlain = address.length <= addressCharactersMax && !hidden.test(address)
  const part = isPlain ? linkOf(address, address, address) : null
  return part === null ? takePlain(reading, found) : take(reading, { kind: 'part', part }, address.length)
}

const takeNamed: Taker = (reading) => {
  namedLink.lastIndex = reading.at
  const [source, label, address] = namedLink.exec(reading.line) ?? []
  if (source === undefined || label === undefined || address === undefined) return false
  if (misleading.test(label)) return false
  const part = linkOf(source, label, address)
  return part !== null && take(reading, { kind: 'part', part }, source.length)
}

const takeMark: Taker = (reading) => {
  const { line, at } = reading
  const before = characterBefore(line, at)
  // As in Markdown everywhere; without it, a shrug would lose its arms.
  if (before === '\\') return false
  const mark = signAt(line, at, before)
  const after = characterAt(line, at + mark.length)
  const insideWord = letter.test(before) && letter.test(after) && mark !== '**'
  const opens = after !== '' && !space.test(after) && !insideWord
  const closes = before !== '' && !space.test(before) && !insideWord
  return (opens || closes) && take(reading, { kind: 'mark', mark, opens, closes }, mark.length)
}

/** By the character that what is taken begins with. */
const takers: ReadonlyMap<string, Taker> = new Map([
  ['`', takeCode],
  ['h', takeLink],
  ['[', takeNamed],
  ['*', takeMark],
  ['_', takeMark],
])

const tokensOf = (line: string): readonly Token[] => {
  const reading: Reading = { line, tokens: [], at: 0, plain: '', withoutClose: new Set() }
  while (reading.at < line.length) {
    const character = line[reading.at] ?? ''
    if (takers.get(character)?.(reading) !== true) takePlain(reading, character)
  }
  flush(reading)
  return reading.tokens
}

/** Three stars open bold before italic and so close italic before bold. */
const signAt = (line: string, at: number, before: string): Mark => {
  if (line[at] === '_') return '_'
  if (line[at + 1] !== '*') return '*'
  const three = line[at + 2] === '*' && line[at + 3] !== '*'
  return three && letter.test(before) && !letter.test(characterAt(line, at + 3)) ? '*' : '**'
}

const characterAt = (line: string, at: number): string => {
  const code = line.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}

const characterBefore = (line: string, at: number): string => {
  const low = line[at - 1] ?? ''
  return /[\udc00-\udfff]/.test(low) ? (line[at - 2] ?? '') + low : low
}

interface Open {
  readonly mark: Mark
  readonly parts: Inline[]
}

const appended = (parts: Inline[], part: Inline): void => {
  const last = parts.at(-1)
  if (part.kind === 'text' && last?.kind === 'text')
    parts[parts.length - 1] = { kind: 'text', text: last.text + part.text }
  else parts.push(part)
}

/** Parses one line; it must not contain a line break. Takes time in proportion to its length. */
export const parseInline = (line: string): readonly Inline[] => {
  const root: Inline[] = []
  const open: Open[] = []
  const top = (): Inline[] => open.at(-1)?.parts ?? root

  const giveUp = () => {
    const last = open.pop()
    if (last === undefined) return
    appended(top(), { kind: 'text', text: last.mark })
    for (const part of last.parts) appended(top(), part)
  }

  for (const token of tokensOf(line)) {
    if (token.kind === 'part') {
      appended(top(), token.part)
      continue
    }
    const { mark } = token
    const isOpen = open.some((one) => one.mark === mark)
    if (token.closes && isOpen) {
      while (open.at(-1)?.mark !== mark) giveUp()
      const { parts } = open.at(-1) ?? { parts: [] }
      if (parts.length > 0) {
        open.pop()
        appended(top(), { kind: mark === '**' ? 'bold' : 'italic', mark, children: parts })
        continue
      }
    }
    // No mark stands open twice: three marks bound the depth.
    if (token.opens && !isOpen) open.push({ mark, parts: [] })
    else appended(top(), { kind: 'text', text: mark })
  }
  while (open.length > 0) giveUp()
  return root
}
