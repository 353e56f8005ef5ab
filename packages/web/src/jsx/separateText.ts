import { Fragment } from 'react'
import type { ElementType, ReactElement, ReactNode } from 'react'
import { jsx } from 'react/jsx-runtime'
import { undirected } from '../ui/undirected.ts'

/** An element that means nothing: no style, no role, and no selector of a style sheet that could hit it. */
const textTag = 'sotto-text' as 'span'

type Text = string | number | bigint

const isText = (node: ReactNode): node is Text =>
  (typeof node === 'string' && node !== '') || typeof node === 'number' || typeof node === 'bigint'

const inOwnElement = (text: Text, key?: string): ReactElement => jsx(textTag, { children: text }, key)

const separated = (children: readonly ReactNode[], isStatic: boolean): readonly ReactNode[] =>
  children.some((child) => isText(child) || Array.isArray(child))
    ? children.map((child, index) => {
        if (isText(child)) return inOwnElement(child, isStatic ? undefined : `text ${index}`)
        return Array.isArray(child) ? separated(child, false) : child
      })
    : children

/**
 * The children of an element, with each text that stands beside something else in an element of its own. A text that
 * is all an element holds stays as it is: React sets such a text as the content of the element, whatever others have
 * made of it, and never keeps hold of the text node itself.
 */
const apart = (type: ElementType, children: ReactNode, isStatic: boolean): ReactNode => {
  // Words of others, set apart in a line of ours.
  if (type === 'bdi') {
    const words =
      !isStatic && Array.isArray(children) && children.length === 1 ? (children[0] as ReactNode) : children
    if (typeof words === 'string') return undirected(words)
  }
  if (Array.isArray(children)) {
    const [only] = children
    if (!isStatic && children.length === 1 && isText(only) && typeof type === 'string') return only
    return separated(children, isStatic) as ReactNode[]
  }
  return type === Fragment && isText(children) ? inOwnElement(children) : children
}

/** Elements of what is known by its letters: names of people and rooms, addresses, code, commands. */
const asItStands: ReadonlySet<unknown> = new Set(['bdi', 'code', 'kbd', 'pre'])

/**
 * The properties of an element that is being made, with texts apart, and with names and code out of a translator's way.
 *
 * Whoever translates a page, checks its spelling or paints it dark wraps, replaces and removes text nodes. React would
 * then remove a node from where it no longer is, and the page would be lost. With every text alone in its element there
 * is no text node that React knows (`packages/web/test/separateText.test.ts`, `tests/journeys/preview-foreign.spec.ts`).
 */
export const withTextApart = <Props extends object>(
  type: ElementType,
  props: Props,
  isStatic: boolean,
): Props => {
  if (!('children' in props)) return props
  const children = props.children as ReactNode
  const after = apart(type, children, isStatic)
  if (asItStands.has(type)) return { translate: 'no', ...props, children: after }
  return after === children ? props : { ...props, children: after }
}
