import { CSPProvider } from '@base-ui/react/csp-provider'
import { StrictMode, useEffect } from 'react'
import type { ReactNode } from 'react'
import { IntlProvider } from 'use-intl'
import { useHashLocation } from 'wouter/use-hash-location'
import { en } from '../messages/en.ts'
import { Announcer } from '../ui/Announcer.tsx'
import { Router } from '../ui/links.ts'
import { Region, watchRegions } from '../ui/Region.tsx'
import { startOnePress } from '../ui/onePress.ts'
import { usePresent } from '../ui/present.ts'
import { TooltipProvider } from '../ui/Tooltip.tsx'
import { Crashed, Guard } from './Guard.tsx'

/**
 * What surrounds every screen. Places are kept behind the `#` of the address: they are not sent to the server, and a
 * reload asks it for the same page whatever room is open.
 */
export const Root = ({ children }: { readonly children: ReactNode }) => {
  const { locale, timeZone } = usePresent()
  useEffect(() => startOnePress(), [])
  useEffect(() => watchRegions('root'), [])
  return (
    <StrictMode>
      <CSPProvider disableStyleElements>
        <IntlProvider locale={locale} messages={en} timeZone={timeZone}>
          <Guard>
            <TooltipProvider delay={500}>
              <Announcer>
                {/* oxlint-disable-next-line react/hooks -- the router calls it, as a hook, in its own components */}
                <Router hook={useHashLocation}>
                  <Region givenUp={<Crashed />}>{children}</Region>
                </Router>
              </Announcer>
            </TooltipProvider>
          </Guard>
        </IntlProvider>
      </CSPProvider>
    </StrictMode>
  )
}
