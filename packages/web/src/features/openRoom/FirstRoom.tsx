import { useState } from 'react'
import { useTranslations } from 'use-intl'
import { useClient, useClientState } from '../../client/ClientContext.tsx'
import { failureOf } from '../../client/failure.ts'
import { FailureNotice } from '../../client/FailureNotice.tsx'
import { useAttempt } from '../../client/useAttempt.ts'
import { useCommand, useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { Logo } from '../../ui/Logo.tsx'
import { Toggle } from '../../ui/Toggle.tsx'
import { Joining } from './Joining.tsx'
import { Neighbours } from './Neighbours.tsx'
import { useLookAround } from './useLookAround.ts'
import { Waiting } from './Waiting.tsx'
import styles from './FirstRoom.module.css'

/** The name that others invite one by, to be passed on. */
const OwnName = () => {
  const t = useTranslations('first')
  const { name } = useWorkspace().situation.account
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(name)
      setCopied(true)
    } catch {
      // The browser keeps its clipboard to itself; the name stands there to be selected.
    }
  }
  return (
    <div className={styles.wait}>
      <p>{t('wait')}</p>
      <p className={styles.own}>
        <bdi className={styles.name}>{name}</bdi>
        <Button size="small" icon={copied ? 'check' : 'copy'} onClick={() => void copy()}>
          {copied ? t('copied') : t('copy')}
        </Button>
      </p>
    </div>
  )
}

/** Makes “General”. Of two who press at the same time one is first: the other comes into that room. */
const useGeneral = () => {
  const t = useTranslations('first')
  const client = useClient()
  const { ways } = useWorkspace()
  return async (isOpen: boolean, invited: string | null) => {
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
}

const Welcome = () => {
  const t = useTranslations('first')
  const { name } = useWorkspace().situation.account
  return <h1 className={styles.title}>{t.rich('title', { name, ...isolated })}</h1>
}

/** Makes a room of another name than what is offered. */
const OwnRoom = ({ wide = false }: { readonly wide?: boolean }) => {
  const t = useTranslations('first')
  const create = useCommand('create')
  return (
    create && (
      <Button look="quiet" wide={wide} onClick={create.run}>
        {t('own')}
      </Button>
    )
  )
}

/** There is no room on the server that one could come into. */
const NothingYet = ({ people }: { readonly people: ReturnType<typeof useLookAround> }) => {
  const t = useTranslations('first')
  const words = useTranslations('openRoom')
  const { attempt, run } = useAttempt()
  const [isOpen, setOpen] = useState(true)
  const general = useGeneral()
  const create = (invited: string | null) => void run(() => general(isOpen, invited))
  const busy = attempt.kind === 'busy'
  return (
    <div className={styles.first}>
      <Logo size={56} />
      <div className={styles.words}>
        <Welcome />
        <p className={styles.text}>{t('text')}</p>
      </div>
      <div className={styles.actions}>
        <Button look="primary" size="large" wide busy={busy} onClick={() => create(null)}>
          {t('create')}
        </Button>
        <div className={styles.choice}>
          <Toggle label={words('choice')} hint={words('choiceHint')} checked={isOpen} onChange={setOpen} />
        </div>
        <OwnRoom wide />
      </div>
      <FailureNotice attempt={attempt} />
      <Neighbours people={people} disabled={busy} onInvite={create} />
      <OwnName />
    </div>
  )
}

/** Nothing here yet: one press makes the first room, or comes into the one that is open to everybody. */
export const FirstRoom = ({ online }: { readonly online: boolean }) => {
  const open = useClientState((state) => state.openRoom ?? null)
  const people = useLookAround(online)
  if (open?.standing === 'waiting')
    return (
      <div className={styles.first}>
        <Waiting room={open} />
        <OwnRoom />
      </div>
    )
  if (open?.standing === 'outside')
    return (
      <div className={styles.first}>
        <Logo size={56} />
        <div className={styles.words}>
          <Welcome />
        </div>
        <Joining room={open} level={2} />
        <OwnRoom />
      </div>
    )
  return <NothingYet people={people} />
}
