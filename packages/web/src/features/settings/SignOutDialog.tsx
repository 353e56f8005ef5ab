import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { forgetDevice } from '../../client/deletedData.ts'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { OptionCards } from '../../ui/OptionCards.tsx'

const SignOutForm = ({ name, onClose }: { readonly name: string; readonly onClose: () => void }) => {
  const t = useTranslations('settings')
  const cancel = useTranslations()('cancel')
  const client = useClient()
  const { attempt, run } = useAttempt()
  const [device, setDevice] = useState<'keep' | 'forget'>('keep')
  const signOut = async () => {
    const isDone = await run(() =>
      device === 'forget' ? forgetDevice(client) : client.logout({ forget: false }),
    )
    // Whoever signs in next is not asked.
    if (isDone) onClose()
  }
  const options = [
    { value: 'keep', label: t('keep'), text: t('keepText') },
    { value: 'forget', label: t('forget'), text: t.rich('forgetText', { name, ...isolated }) },
  ] as const
  return (
    <>
      <OptionCards label={t('choose')} value={device} options={options} onChange={setDevice} />
      <FailureNotice attempt={attempt} />
      <DialogActions>
        <Button onClick={onClose}>{cancel}</Button>
        <Button
          look={device === 'forget' ? 'danger' : 'primary'}
          busy={attempt.kind === 'busy'}
          onClick={() => void signOut()}
        >
          {device === 'forget' ? t('forgetConfirm') : t('keepConfirm')}
        </Button>
      </DialogActions>
    </>
  )
}

/** Signing out ends the session; what becomes of the keys on this device is a choice of its own. */
export const SignOutDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations('settings')
  const { name } = useWorkspace().situation.account
  const close = useTranslations()('close')
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('signOutTitle')}
      description={t('signOutText')}
      closeLabel={close}
      decision
    >
      <SignOutForm name={name} onClose={onClose} />
    </Dialog>
  )
}
