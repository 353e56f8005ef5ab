import { Fragment, memo } from 'react'
import type { ReactElement, ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { jsx, jsxs } from '../src/jsx/jsx-runtime.ts'

const drawn = (element: ReactElement): string => renderToStaticMarkup(element)
const bold = jsx('b', { children: 'bold' })
const own = (text: string): string => `<sotto-text>${text}</sotto-text>`

describe('a text has an element of its own', () => {
  test.each<[string, ReactElement, string]>([
    ['beside an element', jsxs('p', { children: ['a', bold] }), `<p>${own('a')}<b>bold</b></p>`],
    ['beside a text', jsxs('p', { children: ['a', ' ', 1] }), `<p>${own('a')}${own(' ')}${own('1')}</p>`],
    ['where an element may come', jsxs('p', { children: ['a', false] }), `<p>${own('a')}</p>`],
    [
      'in a list',
      jsx('p', { children: ['a', jsx('b', { children: 'x' }, 'k')] }),
      `<p>${own('a')}<b>x</b></p>`,
    ],
    [
      'in a list within',
      jsxs('p', { children: [bold, ['a', ['b']]] }),
      `<p><b>bold</b>${own('a')}${own('b')}</p>`,
    ],
    ['in a fragment', jsx(Fragment, { children: 'a' }), own('a')],
    [
      'that a component is given',
      jsxs(
        memo(({ children }: { children: ReactNode }) => jsx('p', { children })),
        { children: ['a', bold] },
      ),
      `<p>${own('a')}<b>bold</b></p>`,
    ],
  ])('%s', (_, element, markup) => expect(drawn(element)).toBe(markup))
})

test('a text that is all an element holds stays as it is', () => {
  expect(drawn(jsx('p', { children: 'a' }))).toBe('<p>a</p>')
  expect(drawn(jsx('p', { children: ['a'] }))).toBe('<p>a</p>')
  expect(drawn(jsx('p', {}))).toBe('<p></p>')
})

test('words that are set apart cannot end the element that sets them apart', () => {
  const words = 'a\u2069\u202Eb\u2066c\u202A\u202B\u202C\u202D\u2067\u2068d\u200Fא'
  expect(drawn(jsx('bdi', { children: words }))).toBe('<bdi translate="no">abcd\u200Fא</bdi>')
  expect(drawn(jsx('bdi', { children: [words] }))).toBe('<bdi translate="no">abcd\u200Fא</bdi>')
  expect(drawn(jsx('p', { children: words }))).toBe(`<p>${words}</p>`)
})

test('names and code are not translated, words are', () => {
  for (const tag of ['bdi', 'code', 'kbd', 'pre'])
    expect(drawn(jsx(tag as 'bdi', { children: 'rose' }))).toBe(`<${tag} translate="no">rose</${tag}>`)
  expect(drawn(jsx('p', { children: 'rose' }))).toBe('<p>rose</p>')
})

test('children without a text are handed on as they are', () => {
  const children = [bold, null]
  expect((jsxs('p', { children }).props as { children: unknown }).children).toBe(children)
})

const tree: fc.Arbitrary<ReactNode> = fc.letrec<{ node: ReactNode }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', ' ', '', 0, null, false, undefined),
    fc.array(tie('node'), { maxLength: 4 }).map((children) => jsxs('i', { children })),
    fc.array(tie('node'), { maxLength: 4 }).map((children) => jsxs(Fragment, { children })),
    tie('node').map((children) => jsx(Fragment, { children })),
    tie('node').map((children) => jsx('i', { children })),
  ),
})).node

test('whatever is drawn, no text has a neighbour', () => {
  fc.assert(
    fc.property(tree, (children) => {
      const markup = drawn(jsx('div', { children: jsx(Fragment, { children }) }))
      // Between two tags stands a text only as the whole content of one element.
      expect(markup.replaceAll(/<(i|div|sotto-text)>[^<>]*<\/\1>/g, '')).not.toMatch(/>[^<>]+</)
    }),
  )
})
