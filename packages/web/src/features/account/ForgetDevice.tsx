import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'

/** Makes place for another account on a device that holds one. */
export const ForgetDevice = ({ name }: { readonly name: string }) => {
  const t = useTranslations()
  const client = useClient()
  const { attempt, run } = useAttempt()
  const [asked, setAsked] = useState(false)
  return (
    <>
      <Button look="quiet" size="small" onClick={() => setAsked(true)}>
        {t('account.other')}
      </Button>
      <Dialog
        open={asked}
        onClose={() => setAsked(false)}
        title={t('account.otherTitle')}
        description={t.rich('account.otherText', { name, ...isolated })}
        closeLabel={t('close')}
        decision
      >
        {attempt.kind === 'failed' && (
          <Notice tone="danger" icon="warning" announce="at_once">
            <FailureText failure={attempt.failure} />
          </Notice>
        )}
        <DialogActions>
          <Button onClick={() => setAsked(false)}>{t('cancel')}</Button>
          <Button
            look="danger"
            busy={attempt.kind === 'busy'}
            onClick={() => void run(() => client.logout({ forget: true }))}
          >
            {t('account.otherConfirm')}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  )
}
