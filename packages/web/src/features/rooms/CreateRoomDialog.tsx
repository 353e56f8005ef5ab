import { limits } from '@sotto/client'
import { useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Toggle } from '../../ui/Toggle.tsx'
import { namesake } from './namesake.ts'
import { useClient, useClientState } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { roomNameProblem } from './roomName.ts'
import styles from './CreateRoomDialog.module.css'

const CreateRoomForm = ({
  field,
  onClose,
  onCreated,
}: {
  readonly field: React.RefObject<HTMLInputElement | null>
  readonly onClose: () => void
  readonly onCreated: (room: string) => void
}) => {
  const t = useTranslations()
  const words = useTranslations('openRoom')
  const client = useClient()
  const { attempt, run } = useAttempt()
  const [name, setName] = useState('')
  const [checked, setChecked] = useState(false)
  const [isOpen, setOpen] = useState(false)
  const rooms = useClientState((state) => state.rooms)
  const openRoom = useClientState((state) => state.openRoom)
  const alike = namesake(rooms, openRoom ?? null, name)
  const problem = checked || [...name].length > limits.roomNameCharactersMax ? roomNameProblem(name) : null

  const submit = async () => {
    setChecked(true)
    if (attempt.kind === 'busy' || roomNameProblem(name)) return
    await run(async () => onCreated((await client.createRoom({ name: name.trim(), isOpen })).room))
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
        label={t('rooms.createName')}
        value={name}
        onChange={setName}
        problem={
          problem &&
          (problem === 'nameMissing' || problem === 'nameLong'
            ? t(`rooms.${problem}`)
            : t(`nameReason.${problem}`))
        }
        autoComplete="off"
        dir="auto"
      />
      {alike !== null && (
        <Notice tone="warning" icon="warning" announce="politely">
          {words(alike)}
        </Notice>
      )}
      {openRoom === null && (
        <Toggle label={words('choice')} hint={words('choiceHint')} checked={isOpen} onChange={setOpen} />
      )}
      <FailureNotice attempt={attempt} />
      <DialogActions>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button type="submit" look="primary" busy={attempt.kind === 'busy'}>
          {t('rooms.createConfirm')}
        </Button>
      </DialogActions>
    </form>
  )
}

export const CreateRoomDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations()
  const { ways } = useWorkspace()
  const field = useRef<HTMLInputElement>(null)
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t('rooms.createTitle')}
      description={t('rooms.createText')}
      closeLabel={t('close')}
      initialFocus={field}
    >
      <CreateRoomForm field={field} onClose={onClose} onCreated={(room) => ways.goTo(room, 'instead')} />
    </Dialog>
  )
}
