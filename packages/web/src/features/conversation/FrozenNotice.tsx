import type { RoomState, RoomView } from '@sotto/client'
import { useId } from 'react'
import type { ReactNode } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { useClient } from '../../client/ClientContext.tsx'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { useMembers } from '../../client/useMembers.ts'
import styles from './FrozenNotice.module.css'
import { gravityOf, troubleOf } from '../../client/trouble.ts'

/** Names the owners, as far as this device knows them. */
const AskOwner = ({ room }: { readonly room: RoomView }) => {
  const t = useTranslations('conversation.frozenRemedy')
  const format = useFormatter()
  const { members } = useMembers(room.id, room.memberCount)
  const owners =
    members.kind === 'ready' ? members.members.filter(({ role, own }) => role === 'owner' && !own) : []
  if (owners.length === 0) return <>{t('ask_owner_unknown')}</>
  const words = t.rich('ask_owner', {
    owners: () =>
      format.list(
        owners.map(({ account, name }) => (
          <bdi key={account} className={styles.name}>
            {name}
          </bdi>
        )),
        { type: 'disjunction' },
      ),
  })
  return <>{words}</>
}

/** Tries once more to take the device's place; what came of it is the next state of the room. */
const Rejoin = ({ room }: { readonly room: string }) => {
  const t = useTranslations('conversation')
  const client = useClient()
  const { attempt, run } = useAttempt()
  return (
    <>
      <FailureNotice attempt={attempt} />
      <Button
        look="primary"
        icon="renew"
        busy={attempt.kind === 'busy'}
        onClick={() => void run(() => client.rejoin({ room }))}
      >
        {t('frozenRejoin')}
      </Button>
    </>
  )
}

/** Sending and reading on have stopped: what happened, what is safe, and what can be done about it by whom. */
export const FrozenNotice = ({
  room,
  state: { code, rule, remedy, handedBack },
}: {
  readonly room: RoomView
  readonly state: Extract<RoomState, { kind: 'frozen' }>
}) => {
  const t = useTranslations('conversation')
  const trouble = useTranslations('trouble')
  const titleId = useId()
  const { ways } = useWorkspace()
  const onRefound = () => ways.open('refound')
  const told = troubleOf(code, rule)

  const words = (): ReactNode => {
    switch (remedy) {
      case 'wait':
      case 'wait_or_refound':
        return handedBack ? t(`frozenNext.${handedBack.next}`) : t('frozenRemedy.wait')
      case 'rejoin':
      case 'refound':
        return t(`frozenRemedy.${remedy}`)
      case 'ask_owner':
        return <AskOwner room={room} />
    }
  }
  const action = (): ReactNode => {
    switch (remedy) {
      case 'rejoin':
        return <Rejoin room={room.id} />
      case 'refound':
        return (
          <Button look="primary" icon="renew" onClick={onRefound}>
            {t('frozenRefound')}
          </Button>
        )
      case 'wait_or_refound':
        return (
          <Button look="quiet" icon="renew" onClick={onRefound}>
            {t('frozenRefound')}
          </Button>
        )
      case 'wait':
      case 'ask_owner':
        return null
    }
  }

  return (
    <section className={styles.card} data-gravity={gravityOf(told)} aria-labelledby={titleId}>
      <div className={styles.head}>
        <Icon name="snow" size={18} />
        <p>
          <strong id={titleId}>{t('frozenTitle')}</strong> {trouble(`happened.${told}`)}
        </p>
      </div>
      <dl className={styles.facts}>
        <div className={styles.fact}>
          <dt>{t('frozenSafe')}</dt>
          <dd>{trouble(`safe.${told}`)}</dd>
        </div>
        <div className={styles.fact}>
          <dt>{t('frozenNow')}</dt>
          <dd>
            {code === 'identity_changed' && `${t('frozenAsk')} `}
            {handedBack && `${t('frozenHandedBack', { count: handedBack.count, lost: handedBack.lost })} `}
            {words()}
          </dd>
        </div>
      </dl>
      <div className={styles.foot}>
        <p className={styles.details}>
          {rule === null ? t('frozenDetails', { code }) : t('frozenDetailsRule', { code, rule })}
        </p>
        {action()}
      </div>
    </section>
  )
}
