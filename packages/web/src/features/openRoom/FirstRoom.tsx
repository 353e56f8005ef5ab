import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient, useClientState } from '../../client/ClientContext.tsx'
import { failureOf } from '../../client/failure.ts'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Logo } from '../../ui/Logo.tsx'
import { Toggle } from '../../ui/Toggle.tsx'
import { Joining } from './Joining.tsx'
import { Neighbours } from './Neighbours.tsx'
import { useLookAround } from './useLookAround.ts'
import { Waiting } from './Waiting.tsx'
import styles from './FirstRoom.module.css'

/** Nothing here yet: one press makes the first room, or comes into the one that is open to everybody. */
export const FirstRoom = ({ online }: { readonly online: boolean }) => {
  const t = useTranslations('first')
  const words = useTranslations('openRoom')
  const client = useClient()
  const { situation, ways } = useWorkspace()
  const { name } = situation.account
  const onCreate = () => ways.open('new-room')
  const open = useClientState((state) => state.openRoom ?? null)
  const people = useLookAround(online)
  const { attempt, run } = useAttempt()
  const [isOpen, setOpen] = useState(true)
  const [copied, setCopied] = useState(false)

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(name)
      setCopied(true)
    } catch {
      // The browser keeps its clipboard to itself; the name stands there to be selected.
    }
  }

  /** Of two who press at the same time one is first: the other comes into that room. */
  const create = async (invited: string | null) => {
    try {
      const { room } = await client.createRoom({ name: t('general'), isOpen })
      if (invited !== null) await client.invite({ room, name: invited })
      ways.goTo(room)
    } catch (error) {
      if (failureOf(error).code !== 'open_room_taken') throw error
      const first = await client.findOpenRoom({})
      if (first) await client.joinOpenRoom({ room: first.room })
    }
  }

  if (open?.standing === 'waiting')
    return (
      <div className={styles.first}>
        <Waiting room={open} />
        <Button look="quiet" onClick={onCreate}>
          {t('own')}
        </Button>
      </div>
    )

  if (open?.standing === 'outside')
    return (
      <div className={styles.first}>
        <Logo size={56} />
        <div className={styles.words}>
          <h1 className={styles.title}>{t.rich('title', { name, ...isolated })}</h1>
        </div>
        <Joining room={open} level={2} />
        <Button look="quiet" onClick={onCreate}>
          {t('own')}
        </Button>
      </div>
    )

  return (
    <div className={styles.first}>
      <Logo size={56} />
      <div className={styles.words}>
        <h1 className={styles.title}>{t.rich('title', { name, ...isolated })}</h1>
        <p className={styles.text}>{t('text')}</p>
      </div>
      <div className={styles.actions}>
        <Button
          look="primary"
          size="large"
          wide
          busy={attempt.kind === 'busy'}
          onClick={() => void run(() => create(null))}
        >
          {t('create')}
        </Button>
        <div className={styles.choice}>
          <Toggle label={words('choice')} hint={words('choiceHint')} checked={isOpen} onChange={setOpen} />
        </div>
        <Button look="quiet" wide onClick={onCreate}>
          {t('own')}
        </Button>
      </div>
      <FailureNotice attempt={attempt} />
      <Neighbours
        people={people}
        disabled={attempt.kind === 'busy'}
        onInvite={(invited) => void run(() => create(invited))}
      />
      <div className={styles.wait}>
        <p>{t('wait')}</p>
        <p className={styles.own}>
          <bdi className={styles.name}>{name}</bdi>
          <Button size="small" icon={copied ? 'check' : 'copy'} onClick={() => void copy()}>
            {copied ? t('copied') : t('copy')}
          </Button>
        </p>
      </div>
    </div>
  )
}
