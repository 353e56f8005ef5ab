import type { ElementType, Key, ReactElement } from 'react'
import * as react from 'react/jsx-runtime'
import { withTextApart } from './separateText.ts'

export { Fragment } from 'react'
export type { JSX } from './components.ts'

/** What the compiler makes of an element with one child or none. */
export const jsx = (type: ElementType, props: object, key?: Key): ReactElement =>
  react.jsx(type, withTextApart(type, props, false), key)

/** The same with children that are written one after the other. */
export const jsxs = (type: ElementType, props: object, key?: Key): ReactElement =>
  react.jsxs(type, withTextApart(type, props, true), key)
