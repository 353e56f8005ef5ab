import { Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import './ui/base.css'
import { InsecurePage } from './app/InsecurePage.tsx'
import { Root } from './app/Root.tsx'
import { Start } from './app/Start.tsx'
import { Opening } from './app/StartPage.tsx'
import { open } from './bootstrap/open.ts'
import { startInvites } from './client/invite.ts'
import { startPreferences } from './client/preferences/usePreferences.ts'

startInvites()
startPreferences()
const place = document.getElementById('root')
if (place === null) throw new Error('the page has no place for the app')
createRoot(place).render(
  <Root>
    {isSecureContext ? (
      <Suspense fallback={<Opening />}>
        <Start started={open()} />
      </Suspense>
    ) : (
      <InsecurePage />
    )}
  </Root>,
)
