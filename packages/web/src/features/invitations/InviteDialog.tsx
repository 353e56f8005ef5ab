import type { InviteOutcome, RoomView } from '@sotto/client'
import { useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { Arriving } from '../../client/Arriving.tsx'
import styles from './InviteDialog.module.css'

/** Names as they are typed or pasted: no name has a space or a comma in it. */
const namesIn = (text: string): readonly string[] => [
  ...new Set(text.split(/[\s,;]+/u).filter((name) => name !== '')),
]

const nameCodes = new Set([
  'name_unknown',
  'name_invalid',
  'already_member',
  'already_invited',
  'key_package_unavailable',
])

/** Who is invited, and who is not and why. */
const Outcomes = ({ outcomes }: { readonly outcomes: readonly InviteOutcome[] }) => {
  const t = useTranslations('invitation')
  const invited = outcomes.filter((one) => one.failure === null)
  const refused = outcomes.filter((one) => one.failure !== null)
  return (
    <>
      {refused.length > 0 && (
        <Notice tone="danger" icon="warning" announce="at_once">
          <ul>
            {refused.map((one) => (
              <li key={one.name}>
                <bdi>{one.name}</bdi>: {one.failure && <FailureText failure={one.failure} />}
              </li>
            ))}
          </ul>
        </Notice>
      )}
      {invited.length > 0 && (
        <Notice tone="accent" icon="check">
          {invited.length === 1
            ? t.rich('invited', { name: invited[0]?.name ?? '', ...isolated })
            : t('invitedMany', { count: invited.length })}
        </Notice>
      )}
    </>
  )
}

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
  const [outcomes, setOutcomes] = useState<readonly InviteOutcome[]>([])
  const [checked, setChecked] = useState(false)
  const missing = checked && name.trim() === ''
  const isAnybodyInvited = outcomes.some((one) => one.failure === null)
  const failure = attempt.kind === 'failed' ? attempt.failure : null
  const nameFailure = failure && nameCodes.has(failure.code) ? failure : null

  const submit = async () => {
    setChecked(true)
    setOutcomes([])
    const names = namesIn(name)
    const [only] = names
    if (attempt.kind === 'busy' || only === undefined) return
    const became = async (): Promise<readonly InviteOutcome[]> => {
      if (names.length > 1) return client.inviteAll({ room: room.id, names })
      await client.invite({ room: room.id, name: only })
      return [{ name: only, failure: null }]
    }
    let told: readonly InviteOutcome[] = []
    if (!(await run(async () => (told = await became())))) return
    setOutcomes(told)
    // Who was refused stays in the field.
    setName(told.flatMap((one) => (one.failure ? [one.name] : [])).join(' '))
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
      {attempt.kind === 'busy' && (
        <Arriving>
          {(words) => (
            <Notice tone="neutral" icon="clock">
              {words}
            </Notice>
          )}
        </Arriving>
      )}
      <Outcomes outcomes={outcomes} />
      <DialogActions>
        <Button onClick={onClose}>{isAnybodyInvited ? t('done') : t('cancel')}</Button>
        <Button type="submit" look="primary" busy={attempt.kind === 'busy'}>
          {t('invitation.inviteConfirm')}
        </Button>
      </DialogActions>
    </form>
  )
}

/** Invites by name: one person, or many at once. */
export const InviteDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations()
  const { room } = useWorkspace().situation
  const field = useRef<HTMLInputElement>(null)
  if (room === null) return null
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
