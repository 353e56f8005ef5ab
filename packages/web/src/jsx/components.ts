import type { Component, JSX as ReactJSX, ReactElement, ReactNode } from 'react'

/** What a component of ours draws: elements, and no text that would stand in somebody else's element. */
type Drawn = ReactElement | null | false | readonly (ReactElement | null | false)[]

/** `memo`, contexts, `Suspense` and the like. */
interface Exotic {
  (props: never): ReactNode
  readonly $$typeof: symbol
}

/** React's rules for elements, except what may be a component. */
export declare namespace JSX {
  type ElementType =
    | keyof ReactJSX.IntrinsicElements
    | ((props: never) => Drawn)
    | (abstract new (props: never) => Component)
    | Exotic
  interface Element extends ReactJSX.Element {}
  interface ElementClass extends ReactJSX.ElementClass {}
  interface ElementAttributesProperty extends ReactJSX.ElementAttributesProperty {}
  interface ElementChildrenAttribute extends ReactJSX.ElementChildrenAttribute {}
  type LibraryManagedAttributes<C, P> = ReactJSX.LibraryManagedAttributes<C, P>
  interface IntrinsicAttributes extends ReactJSX.IntrinsicAttributes {}
  interface IntrinsicClassAttributes<T> extends ReactJSX.IntrinsicClassAttributes<T> {}
  interface IntrinsicElements extends ReactJSX.IntrinsicElements {}
}
