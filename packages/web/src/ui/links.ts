import type { ReactElement } from 'react'
import { Link as BaseLink, Router as BaseRouter } from 'wouter'
import type { LinkProps, RouterProps } from 'wouter'

/** The router's components draw elements, and say only that they draw something: `jsx/components.ts` asks for more. */
export const Link = BaseLink as (props: LinkProps) => ReactElement
export const Router = BaseRouter as (props: RouterProps) => ReactElement
