import type { ElementType, Key, ReactElement } from 'react'
import * as react from 'react/jsx-dev-runtime'
import { withTextApart } from './separateText.ts'

export { Fragment } from 'react'
export type { JSX } from './components.ts'

/** What the compiler makes of an element while the client is being developed. */
export const jsxDEV = (
  type: ElementType,
  props: object,
  key: Key | undefined,
  isStatic: boolean,
  ...source: readonly [source?: react.JSXSource, self?: unknown]
): ReactElement => react.jsxDEV(type, withTextApart(type, props, isStatic), key, isStatic, ...source)
