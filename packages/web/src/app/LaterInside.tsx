import { useTranslations } from 'use-intl'
import type { Failure } from '../client/failure.ts'
import { FailureText } from '../client/FailureText.tsx'
import { later } from '../client/later.tsx'
import type { InsideProps } from './Inside.tsx'
import { Opening, StartPage } from './StartPage.tsx'

const Failed = ({ failure }: { readonly failure: Failure }) => {
  const t = useTranslations('start')
  return <StartPage title={t('failedTitle')} text={<FailureText failure={failure} />} reload />
}

/** Whoever comes for the first time sees a form before anything of this. */
export const LaterInside = later<InsideProps>(async () => (await import('./Inside.tsx')).Inside, {
  isShown: () => true,
  Awaited: Opening,
  Failed,
})
