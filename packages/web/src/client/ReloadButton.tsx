import type { FailureCode } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { Button } from '../ui/Button.tsx'
import { isReloadWanted } from './remedy.ts'

/** Beside the words for a failure, where loading the page anew is what helps. */
export const ReloadButton = ({ code }: { readonly code: FailureCode }) => {
  const t = useTranslations('start')
  return isReloadWanted(code) ? (
    <Button size="small" onClick={() => location.reload()}>
      {t('reload')}
    </Button>
  ) : null
}
