import { type Client, lacksIn } from '@sotto/client'
import { use } from 'react'
import { useTranslations } from 'use-intl'
import { ClientProvider } from '../client/ClientContext.tsx'
import { FailureText } from '../client/FailureText.tsx'
import type { Failure } from '../client/failure.ts'
import { App } from './App.tsx'
import { StartPage } from './StartPage.tsx'
import { UnsupportedPage } from './UnsupportedPage.tsx'

export type Started =
  | { readonly kind: 'ready'; readonly client: Client }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** Waits for the client of this device and shows the app, or why there is none. */
export const Start = ({ started }: { readonly started: Promise<Started> }) => {
  const t = useTranslations('start')
  const outcome = use(started)
  switch (outcome.kind) {
    case 'ready':
      return (
        <ClientProvider value={outcome.client}>
          <App />
        </ClientProvider>
      )
    case 'failed':
      if (outcome.failure.code === 'unsupported')
        return <UnsupportedPage lacks={lacksIn(outcome.failure.detail)} />
      return <StartPage title={t('failedTitle')} text={<FailureText failure={outcome.failure} />} reload />
  }
}
