import type { Delivery, FailureCode, SpaceOwner, TimelineItem } from '@sotto/client'
import { memo, useEffect, useState } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { BotTag } from '../../client/BotTag.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { Avatar } from '../../ui/Avatar.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { clock, moment } from '../../ui/times.ts'
import { VisuallyHidden } from '../../ui/VisuallyHidden.tsx'
import { discard } from './actions/discard.ts'
import { retry } from './actions/retry.ts'
import { useMessageActions } from './messageActions/MessageActions.tsx'
import { MessageBar } from './messageActions/MessageBar.tsx'
import { UnderMessage } from './messageActions/UnderMessage.tsx'
import styles from './MessageRow.module.css'
import type { Place } from './rows.ts'
import { MessageText } from './text/MessageText.tsx'
import { isOnlyEmoji } from './text/onlyEmoji.ts'

type Message = Extract<TimelineItem, { kind: 'message' }>

/** What has to come back before anything leaves this device. */
export type WaitsFor = 'nothing' | 'connection' | 'room'

export interface MessageRowProps {
  readonly item: Message
  readonly place: Place
  readonly waiting: WaitsFor
}

/** A server that takes a message takes it sooner. One that is full, or busy, is asked again and again. */
const slowAfterMs = 10_000

const SendingMark = ({
  waiting,
  noSpace,
  ends,
}: {
  readonly waiting: WaitsFor
  readonly noSpace: SpaceOwner | undefined
  readonly ends: boolean
}) => {
  const t = useTranslations('conversation')
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), slowAfterMs)
    return () => clearTimeout(timer)
  }, [])
  const isLate = waiting === 'nothing' && (slow || noSpace !== undefined)
  const words = isLate ? t(noSpace ? `noSpace.${noSpace}` : 'sending.server') : t(`sending.${waiting}`)
  return (
    <span className={styles.mark} title={words} data-words={isLate && ends}>
      {/* What the page says elsewhere already needs no words here. */}
      {isLate && ends ? words : <VisuallyHidden>{words}</VisuallyHidden>}
      <Icon name="clock" size={13} />
    </span>
  )
}

const DeliveryMark = ({
  delivery,
  waiting,
  ends,
}: {
  readonly delivery: Delivery
  readonly waiting: WaitsFor
  /** It is the last of those that stand together. */
  readonly ends: boolean
}) => {
  const t = useTranslations('conversation')
  switch (delivery.kind) {
    case 'sending':
      return <SendingMark waiting={waiting} noSpace={delivery.noSpace} ends={ends} />
    case 'sent':
      return (
        <span className={styles.mark} title={t('sent')}>
          <Icon name="check" size={13} />
          <VisuallyHidden>{t('sent')}</VisuallyHidden>
        </span>
      )
    case 'failed':
      return null
  }
}

/** Why a message was not sent, and what can be done about it without looking for it. */
const NotSent = ({ id, code }: { readonly id: string; readonly code: FailureCode }) => {
  const t = useTranslations()
  const { perform } = useMessageActions()
  return (
    <div className={styles.failed} role="group" aria-label={t('conversation.notSent')}>
      <p className={styles.reason}>
        <Icon name="warning" size={16} />
        <span>
          {t('conversation.notSent')} <FailureText failure={{ code, detail: {} }} />
        </span>
      </p>
      <span className={styles.choices}>
        {[retry, discard].map((action) => (
          <button
            key={action.id}
            type="button"
            className={styles.choice}
            onClick={(event) => perform(action, id, event.currentTarget, 'pointer')}
          >
            {action.label(t)}
          </button>
        ))}
      </span>
    </div>
  )
}

const Row = ({ item, place, waiting }: MessageRowProps) => {
  const t = useTranslations('conversation')
  const format = useFormatter()
  const { own, name, account, isBot } = item.sender
  const begins = place === 'only' || place === 'first'
  const ends = place === 'only' || place === 'last'
  const failed = item.delivery.kind === 'failed' ? item.delivery : null
  const time = (
    <time dateTime={new Date(item.timeMs).toISOString()} title={format.dateTime(item.timeMs, moment)}>
      {format.dateTime(item.timeMs, clock)}
    </time>
  )

  return (
    <article
      className={styles.row}
      data-own={own}
      data-place={place}
      data-delivery={item.delivery.kind}
      data-message={item.id}
      data-spoken={item.id}
      data-bare={isOnlyEmoji(item.text)}
    >
      {!own && (
        <div className={styles.side}>
          {begins && <Avatar id={account} name={name} shape="person" size="small" />}
        </div>
      )}
      <div className={styles.column}>
        {begins && !own ? (
          <p className={styles.head}>
            <bdi className={styles.name}>{name}</bdi>
            {isBot && <BotTag />}
            <span className={styles.time}>{time}</span>
          </p>
        ) : (
          <VisuallyHidden>
            <bdi>{own ? t('you') : isBot ? t('botName', { name }) : name}</bdi>,{' '}
            {format.dateTime(item.timeMs, clock)}
          </VisuallyHidden>
        )}
        <div className={styles.said}>
          <div className={styles.bubble}>
            <MessageText id={item.id} text={item.text} />
          </div>
          <MessageBar id={item.id} />
          {!(begins && !own) && !(own && (ends || item.delivery.kind === 'sending')) && (
            <span className={styles.hoverTime} aria-hidden="true">
              {time}
            </span>
          )}
          {own && !failed && (ends || item.delivery.kind === 'sending') && (
            <p className={styles.foot}>
              {ends && <span aria-hidden="true">{time}</span>}
              <DeliveryMark delivery={item.delivery} waiting={waiting} ends={ends} />
            </p>
          )}
        </div>
        <UnderMessage item={item} />
        {failed && <NotSent id={item.id} code={failed.code} />}
      </div>
    </article>
  )
}

/** An item is another object when something about it is told, and only then. */
export const MessageRow = memo(Row)
