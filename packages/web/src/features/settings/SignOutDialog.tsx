import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'
import styles from './SignOutDialog.module.css'

const SignOutForm = ({ name, onClose }: { readonly name: string; readonly onClose: () => void }) => {
  const t = useTranslations('settings')
  const cancel = useTranslations()('cancel')
  const client = useClient()
  const { attempt, run } = useAttempt()
  const [device, setDevice] = useState<'keep' | 'forget'>('keep')
  const options = [
    { value: 'keep', label: t('keep'), text: t('keepText') },
    { value: 'forget', label: t('forget'), text: t.rich('forgetText', { name, ...isolated }) },
  ] as const
  return (
    <>
      <fieldset className={styles.options}>
        <legend className="visuallyHidden">{t('choose')}</legend>
        {options.map(({ value, label, text }) => (
          <label key={value} className={styles.option}>
            <input
              className={styles.input}
              type="radio"
              name="sign-out-device"
              checked={device === value}
              onChange={() => setDevice(value)}
              aria-labelledby={`sign-out-${value}`}
              aria-describedby={`sign-out-${value}-text`}
            />
            <span className={styles.words}>
              <span className={styles.label} id={`sign-out-${value}`}>
                {label}
              </span>
              <span className={styles.text} id={`sign-out-${value}-text`}>
                {text}
              </span>
            </span>
          </label>
        ))}
      </fieldset>
      {attempt.kind === 'failed' && (
        <Notice tone="danger" icon="warning" announce="at_once">
          <FailureText failure={attempt.failure} />
        </Notice>
      )}
      <DialogActions>
        <Button onClick={onClose}>{cancel}</Button>
        <Button
          look={device === 'forget' ? 'danger' : 'primary'}
          busy={attempt.kind === 'busy'}
          onClick={() => void run(() => client.logout({ forget: device === 'forget' }))}
        >
          {device === 'forget' ? t('forgetConfirm') : t('keepConfirm')}
        </Button>
      </DialogActions>
    </>
  )
}

/** Signing out ends the session; what becomes of the keys on this device is a choice of its own. */
export const SignOutDialog = ({
  name,
  open,
  onClose,
}: {
  readonly name: string
  readonly open: boolean
  readonly onClose: () => void
}) => {
  const t = useTranslations('settings')
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
