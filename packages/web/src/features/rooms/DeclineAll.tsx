import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'

/** Declines every invitation that waits: whoever is flooded with them need not open each. */
export const DeclineAll = () => {
  const t = useTranslations('rooms')
  const client = useClient()
  const { attempt, run } = useAttempt()
  return (
    <>
      <Button
        size="small"
        look="quiet"
        busy={attempt.kind === 'busy'}
        onClick={() => void run(() => client.declineAll({}))}
      >
        {attempt.kind === 'busy' ? t('decliningAll') : t('declineAll')}
      </Button>
      <FailureNotice attempt={attempt} />
    </>
  )
}
