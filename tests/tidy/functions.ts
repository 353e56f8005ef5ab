import { type Node, parseSync, type VariableDeclarator, Visitor } from 'oxc-parser'
import type { Source } from '../architecture/sources.ts'

/** A function with a name, and the lines from its first to its last. */
export interface Measured {
  readonly path: string
  readonly name: string
  readonly line: number
  readonly lines: number
}

type Span = Pick<Node, 'start' | 'end'>

const lineBreaks = (text: string, { start, end }: Span): number =>
  text.slice(start, end).split('\n').length - 1

const isFunction = (node: Node | null): boolean =>
  node?.type === 'ArrowFunctionExpression' || node?.type === 'FunctionExpression'

/** What parentheses and assertions stand around. */
const inner = (node: Node | null): Node | null =>
  node &&
  (node.type === 'ParenthesizedExpression' ||
    node.type === 'TSAsExpression' ||
    node.type === 'TSSatisfiesExpression')
    ? inner(node.expression)
    : node

/** A function that a call makes something of, such as `memo(function …)`, is measured under the name of what is made. */
const functionOf = (node: Node | null): boolean => {
  const value = inner(node)
  if (value?.type === 'CallExpression') return value.arguments.some((argument) => isFunction(inner(argument)))
  return isFunction(value)
}

const keyName = (text: string, key: Node): string => text.slice(key.start, key.end)

/**
 * Functions of a file that have a name: declarations, methods, and functions that a variable or a property holds. A function
 * without a name counts as lines of the one around it.
 */
export const functionsOf = ({ path, text }: Source): readonly Measured[] => {
  const found: Measured[] = []
  const add = (name: string, node: Span): void => {
    const line = lineBreaks(text, { start: 0, end: node.start }) + 1
    found.push({ path, name, line, lines: lineBreaks(text, node) + 1 })
  }
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`)
  new Visitor({
    FunctionDeclaration: (node) => add(node.id?.name ?? 'default', node),
    VariableDeclarator: (node: VariableDeclarator) => {
      if (functionOf(node.init)) add(keyName(text, node.id), node)
    },
    Property: (node) => {
      if (isFunction(inner(node.value))) add(keyName(text, node.key), node)
    },
    MethodDefinition: (node) => add(keyName(text, node.key), node),
    PropertyDefinition: (node) => {
      if (isFunction(inner(node.value))) add(keyName(text, node.key), node)
    },
  }).visit(program)
  return found
}

export const functionLinesMax = 100

/** Share of the values that are at most as large, as a whole percentage. */
const shareWithin = (sorted: readonly number[], most: number): number =>
  Math.round((sorted.filter((value) => value <= most).length / sorted.length) * 100)

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

export interface Summary {
  readonly name: string
  readonly functions: number
  readonly median: number
  readonly p90: number
  readonly max: number
  readonly within20: number
  readonly within70: number
}

export const summaryOf = (name: string, functions: readonly Measured[]): Summary => {
  const sorted = functions.map(({ lines }) => lines).toSorted((a, b) => a - b)
  return {
    name,
    functions: sorted.length,
    median: at(sorted, 0.5),
    p90: at(sorted, 0.9),
    max: sorted.at(-1) ?? 0,
    within20: shareWithin(sorted, 20),
    within70: shareWithin(sorted, 70),
  }
}
