import { createRoot } from 'react-dom/client'
import '../src/ui/base.css'
import { App } from '../src/app/App.tsx'
import { InsecurePage } from '../src/app/InsecurePage.tsx'
import { Root } from '../src/app/Root.tsx'
import { StartPage } from '../src/app/StartPage.tsx'
import { ClientProvider } from '../src/client/ClientContext.tsx'
import { startInvites } from '../src/client/invite.ts'
import { startPreferences } from '../src/client/preferences/usePreferences.ts'
import { openPreviewClient } from './previewClient.ts'
import { type Scene, scenes } from './scenes.ts'

const asked = new URLSearchParams(location.search).get('scene') ?? 'none'
const isScene = (name: string): name is Scene => (scenes as readonly string[]).includes(name)

const screenOf = (name: string) => {
  if (isScene(name))
    return (
      <ClientProvider value={openPreviewClient(name)}>
        <App />
      </ClientProvider>
    )
  if (name === 'insecure') return <InsecurePage />
  return (
    <StartPage title={`There is no scene “${name}”`} text={`There are: ${scenes.join(', ')}, insecure.`} />
  )
}

startInvites()
startPreferences()
const root = document.getElementById('root')
if (root === null) throw new Error('the page has no place for the app')
createRoot(root).render(<Root>{screenOf(asked)}</Root>)
