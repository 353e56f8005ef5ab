import { parseInline } from './inline.ts'
import type { Inline } from './inline.ts'

/** What a message is made of, line by line. `source` is exactly what was written. */
export type Block =
  | { readonly kind: 'paragraph'; readonly source: string; readonly lines: readonly (readonly Inline[])[] }
  | { readonly kind: 'code'; readonly source: string; readonly text: string }
  | { readonly kind: 'quote'; readonly source: string; readonly lines: readonly MarkedLine[] }
  | {
      readonly kind: 'list'
      readonly source: string
      readonly ordered: boolean
      readonly items: readonly MarkedLine[]
    }

/** A line and the characters before it that say what it is. */
interface MarkedLine {
  readonly marker: string
  readonly line: readonly Inline[]
}

type LineKind = 'text' | 'quote' | 'bullet' | 'number'

const quoteLine = /^(?<marker>> ?)(?<text>.*)$/su
const bulletLine = /^(?<marker>[-*•] )(?<text>\S.*)$/su
const numberLine = /^(?<marker>\d{1,9}[.)] )(?<text>\S.*)$/su
const fence = /^```[^`]{0,40}$/

const kindOf = (line: string): LineKind =>
  quoteLine.test(line)
    ? 'quote'
    : bulletLine.test(line)
      ? 'bullet'
      : numberLine.test(line)
        ? 'number'
        : 'text'

const marked = (line: string, pattern: RegExp): MarkedLine => {
  const { marker = '', text = '' } = pattern.exec(line)?.groups ?? {}
  return { marker, line: parseInline(text) }
}

const blockOf = (kind: LineKind, lines: readonly string[]): Block => {
  const source = lines.join('\n')
  switch (kind) {
    case 'text':
      return { kind: 'paragraph', source, lines: lines.map(parseInline) }
    case 'quote':
      return { kind: 'quote', source, lines: lines.map((line) => marked(line, quoteLine)) }
    case 'bullet':
      return { kind: 'list', source, ordered: false, items: lines.map((line) => marked(line, bulletLine)) }
    case 'number':
      return { kind: 'list', source, ordered: true, items: lines.map((line) => marked(line, numberLine)) }
  }
}

/**
 * A small part of Markdown: bold, italic, code, code blocks, links, flat lists and quotes. Whatever is not clearly one
 * of these stays as it is. The sources of the blocks, joined by line breaks, are the text.
 */
export const parseBlocks = (text: string): readonly Block[] => {
  const lines = text.split('\n')
  const fences = lines.flatMap((line, at) => (line === '```' ? [at] : []))
  const blocks: Block[] = []
  let at = 0
  let nextFence = 0
  while (at < lines.length) {
    const line = lines[at] ?? ''
    while ((fences[nextFence] ?? Infinity) <= at) nextFence += 1
    const close = fences[nextFence]
    if (fence.test(line) && close !== undefined) {
      const source = lines.slice(at, close + 1).join('\n')
      blocks.push({ kind: 'code', source, text: lines.slice(at + 1, close).join('\n') })
      at = close + 1
      continue
    }
    const kind = kindOf(line)
    let end = at + 1
    while (end < lines.length && kindOf(lines[end] ?? '') === kind && !fence.test(lines[end] ?? '')) end += 1
    blocks.push(blockOf(kind, lines.slice(at, end)))
    at = end
  }
  return blocks
}
