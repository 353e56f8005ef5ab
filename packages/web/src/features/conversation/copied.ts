import type { Row } from './rows.ts'

/** A row of which something is selected. */
interface Selected {
  readonly row: Row
  readonly element: HTMLElement
}

/** How a copied message says who said it, and when. */
export type Headed = (row: Extract<Row, { kind: 'message' | 'hook' }>) => string

const selectedIn = (scroller: HTMLElement, rows: readonly Row[], selection: Range): readonly Selected[] =>
  [...scroller.querySelectorAll<HTMLElement>('[data-row]')].flatMap((element) => {
    const row = rows[Number(element.dataset['row'])]
    return row !== undefined && selection.intersectsNode(element) ? [{ row, element }] : []
  })

/** What is selected of an element, as it stands in its text nodes. */
const within = (selection: Range, element: Element): string => {
  const part = document.createRange()
  part.selectNodeContents(element)
  if (selection.compareBoundaryPoints(Range.START_TO_START, part) > 0)
    part.setStart(selection.startContainer, selection.startOffset)
  if (selection.compareBoundaryPoints(Range.END_TO_END, part) < 0)
    part.setEnd(selection.endContainer, selection.endOffset)
  return part.toString()
}

/** What is selected of what somebody said: all of it as they wrote it, of a part its blocks as lines. */
const saidIn = (selection: Range, element: HTMLElement, text: string): string => {
  const said = element.querySelector('[data-said]')
  if (said === null || !selection.intersectsNode(said)) return ''
  if (within(selection, said) === said.textContent) return text
  return [...said.querySelectorAll('p, pre, blockquote, li')]
    .filter((block) => selection.intersectsNode(block))
    .map((block) => within(selection, block))
    .filter((line) => line !== '')
    .join('\n')
}

const isOfSomebody = (row: Row): row is Extract<Row, { kind: 'message' | 'hook' }> =>
  row.kind === 'message' || row.kind === 'hook'

const wordsOf = (selection: Range, { row, element }: Selected, headed: Headed): string => {
  switch (row.kind) {
    case 'message':
    case 'hook': {
      const said = saidIn(selection, element, row.item.text ?? element.innerText)
      return said === '' ? '' : `${headed(row)}\n${said}`
    }
    case 'event':
    case 'missed':
    case 'unreadable':
    case 'day':
      return element.innerText.trim()
    case 'top':
    case 'unread':
      return ''
  }
}

/**
 * What is copied from a conversation: of one message the words that are selected, of several each with name, time and
 * text. Null where nothing that somebody said is selected: then the browser knows better.
 */
export const copiedText = (
  scroller: HTMLElement,
  rows: readonly Row[],
  selection: Range,
  headed: Headed,
): string | null => {
  const selected = selectedIn(scroller, rows, selection)
  const said = selected.flatMap(({ row, element }) => {
    const words = isOfSomebody(row) ? saidIn(selection, element, row.item.text ?? '') : ''
    return words === '' ? [] : [words]
  })
  if (said.length === 0) return null
  if (said.length === 1) return said[0] ?? null
  return selected
    .map((one) => wordsOf(selection, one, headed))
    .filter((words) => words !== '')
    .join('\n\n')
}
