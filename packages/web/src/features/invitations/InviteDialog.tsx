import type { RoomView } from '@sotto/client'
import { useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { TextField } from '../../ui/TextField.tsx'
import styles from './InviteDialog.module.css'

const nameCodes = new Set(['name_unknown', 'name_invalid', 'already_member', 'key_package_unavailable'])

const InviteForm = ({
  room,
  field,
  onClose,
}: {
  readonly room: RoomView
  readonly field: React.RefObject<HTMLInputElement | null>
  readonly onClose: () => void
}) => {
  const t = useTranslations()
  const client = useClient()
  const { attempt, run, reset } = useAttempt()
  const [name, setName] = useState('')
  const [invited, setInvited] = useState<string | null>(null)
  const [checked, setChecked] = useState(false)
  const missing = checked && name.trim() === ''
  const failure = attempt.kind === 'failed' ? attempt.failure : null
  const nameFailure = failure && nameCodes.has(failure.code) ? failure : null

  const submit = async () => {
    setChecked(true)
    setInvited(null)
    const asked = name.trim()
    if (attempt.kind === 'busy' || asked === '') return
    if (!(await run(() => client.invite({ room: room.id, name: asked })))) return
    setInvited(asked)
    setName('')
    setChecked(false)
    field.current?.focus()
  }

  return (
    <form
      className={styles.form}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <TextField
        ref={field}
        label={t('invitation.inviteName')}
        value={name}
        onChange={(value) => {
          setName(value)
          if (nameFailure) reset()
        }}
        hint={t('invitation.inviteHint')}
        problem={
          (nameFailure && <FailureText failure={nameFailure} />) ?? (missing && t('invitation.nameMissing'))
        }
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        dir="auto"
      />
      {failure && !nameFailure && (
        <Notice tone="danger" icon="warning" announce="at_once">
          <FailureText failure={failure} />
        </Notice>
      )}
      {invited !== null && (
        <Notice tone="accent" icon="check">
          {t.rich('invitation.invited', { name: invited, ...isolated })}
        </Notice>
      )}
      <DialogActions>
        <Button onClick={onClose}>{invited === null ? t('cancel') : t('done')}</Button>
        <Button type="submit" look="primary" busy={attempt.kind === 'busy'}>
          {t('invitation.inviteConfirm')}
        </Button>
      </DialogActions>
    </form>
  )
}

/** Invites by name, one person after the other. */
export const InviteDialog = ({
  room,
  open,
  onClose,
}: {
  readonly room: RoomView
  readonly open: boolean
  readonly onClose: () => void
}) => {
  const t = useTranslations()
  const field = useRef<HTMLInputElement>(null)
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t.rich('invitation.inviteTitle', { room: room.name, ...isolated })}
      description={t('invitation.inviteText')}
      closeLabel={t('close')}
      initialFocus={field}
    >
      <InviteForm room={room} field={field} onClose={onClose} />
    </Dialog>
  )
}
