import type { MemberView, Role, RoomView } from '@sotto/client'
import { useId, useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { OptionCards } from '../../ui/OptionCards.tsx'
import { roleOrder } from '../../client/rights.ts'

/** Asks what a member should be; only what the reader may give is there to be chosen. */
export const RoleDialog = ({
  room,
  member,
  roles,
  open,
  onClose,
}: {
  readonly room: RoomView
  readonly member: MemberView
  readonly roles: readonly Role[]
  readonly open: boolean
  readonly onClose: () => void
}) => {
  const t = useTranslations('members')
  const close = useTranslations()('close')
  const cancel = useTranslations()('cancel')
  const client = useClient()
  const formId = useId()
  const { attempt, run } = useAttempt()
  const [role, setRole] = useState<Role>(member.role)
  const options = roleOrder
    .filter((one) => one === member.role || roles.includes(one))
    .toReversed()
    .map((value) => ({ value, label: t(`role.${value}`), text: t(`roleText.${value}`) }))

  const submit = async () => {
    if (attempt.kind === 'busy') return
    if (role === member.role) return onClose()
    if (await run(() => client.setRole({ room: room.id, account: member.account, role }))) onClose()
  }
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={member.own ? t('roleTitleOwn') : t.rich('roleTitle', { name: member.name, ...isolated })}
      closeLabel={close}
      decision
    >
      <form
        id={formId}
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <OptionCards
          label={t('roleChoose', { name: member.name })}
          value={role}
          options={options}
          onChange={setRole}
        />
      </form>
      {role === 'owner' && member.role !== 'owner' && (
        <Notice tone="warning" icon="warning">
          {t('roleOwner')}
        </Notice>
      )}
      {member.own && role !== member.role && (
        <Notice tone="warning" icon="warning">
          {t('roleOwn')}
        </Notice>
      )}
      <FailureNotice attempt={attempt} />
      <DialogActions>
        <Button onClick={onClose}>{cancel}</Button>
        <Button type="submit" form={formId} look="primary" busy={attempt.kind === 'busy'}>
          {t('roleConfirm')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
