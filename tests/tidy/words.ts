import { type Expression, parseSync, Visitor } from 'oxc-parser'
import type { Source } from '../architecture/sources.ts'

const nameOf = (callee: Expression): string => {
  switch (callee.type) {
    case 'Identifier':
      return callee.name
    case 'MemberExpression':
      return nameOf(callee.object)
    case 'CallExpression':
      return nameOf(callee.callee)
    case 'TaggedTemplateExpression':
      return nameOf(callee.tag)
    default:
      return ''
  }
}

const textOf = (node: Expression): string => {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : ''
  return node.type === 'TemplateLiteral' ? node.quasis.map(({ value }) => value.cooked ?? '').join('…') : ''
}

interface Block {
  text: string
  start: number
  end: number
}

/** Comments of a program; lines that follow each other are one. */
const blocksOf = ({ text, path }: Source): readonly Block[] => {
  const blocks: Block[] = []
  for (const { value, start, end } of parseSync(path, text).comments) {
    const last = blocks.at(-1)
    if (last && text.slice(last.end, start).trim() === '') {
      last.text += `\n${value}`
      last.end = end
    } else blocks.push({ text: value, start, end })
  }
  return blocks.map((block) => ({ ...block, text: block.text.replaceAll(/\n\s*\*? ?/g, ' ') }))
}

/** Comments of a program, each whole. */
export const commentsIn = (source: Source): readonly string[] => blocksOf(source).map(({ text }) => text)

/** Titles of the tests in a file, each with the comment that stands right before the test. */
export const titlesIn = (source: Source): readonly string[] => {
  const { program, errors } = parseSync(source.path, source.text)
  if (errors.length > 0) throw new Error(`${source.path}: ${errors[0]?.message}`)
  const blocks = blocksOf(source)
  const titles: string[] = []
  new Visitor({
    CallExpression: ({ callee, arguments: [title], start }) => {
      if (callee.type === 'Super' || !['it', 'test', 'describe'].includes(nameOf(callee))) return
      if (title === undefined || title.type === 'SpreadElement') return
      const before = blocks.find(({ end }) => end < start && source.text.slice(end, start).trim() === '')
      titles.push(`${before?.text ?? ''} ${textOf(title)}`.trim())
    },
  }).visit(program)
  return titles
}
