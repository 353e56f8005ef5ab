import type { Delivery, SpaceOwner, TimelineItem } from '@sotto/client'
import { memo, useEffect, useState } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { BotTag } from '../../client/BotTag.tsx'
import { FailureText } from '../../client/FailureText.tsx'
import { Avatar } from '../../ui/Avatar.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { clock, moment } from '../../ui/times.ts'
import { VisuallyHidden } from '../../ui/VisuallyHidden.tsx'
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
  /** A long text is shown in full. */
  readonly unfolded: boolean
  readonly onFold: (id: string, unfolded: boolean) => void
  readonly onRetry: (id: string) => void
  readonly onDiscard: (id: string) => void
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

const Row = ({ item, place, waiting, unfolded, onFold, onRetry, onDiscard }: MessageRowProps) => {
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
            <MessageText text={item.text} unfolded={unfolded} onFold={(next) => onFold(item.id, next)} />
          </div>
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
        {failed && (
          <div className={styles.failed} role="group" aria-label={t('notSent')}>
            <p className={styles.reason}>
              <Icon name="warning" size={16} />
              <span>
                {t('notSent')} <FailureText failure={{ code: failed.code, detail: {} }} />
              </span>
            </p>
            <span className={styles.choices}>
              <button type="button" className={styles.choice} onClick={() => onRetry(item.id)}>
                {t('retry')}
              </button>
              <button type="button" className={styles.choice} onClick={() => onDiscard(item.id)}>
                {t('discard')}
              </button>
            </span>
          </div>
        )}
      </div>
    </article>
  )
}

const sameDelivery = (a: Delivery, b: Delivery): boolean => {
  switch (a.kind) {
    case 'sent':
      return b.kind === 'sent'
    case 'sending':
      return b.kind === 'sending' && a.noSpace === b.noSpace
    case 'failed':
      return b.kind === 'failed' && a.code === b.code
  }
}

const sameItem = (a: Message, b: Message): boolean =>
  a.id === b.id &&
  a.text === b.text &&
  a.timeMs === b.timeMs &&
  sameDelivery(a.delivery, b.delivery) &&
  a.sender.name === b.sender.name &&
  a.sender.isBot === b.sender.isBot

export const MessageRow = memo(
  Row,
  (a, b) =>
    sameItem(a.item, b.item) &&
    a.place === b.place &&
    a.waiting === b.waiting &&
    a.unfolded === b.unfolded &&
    a.onFold === b.onFold &&
    a.onRetry === b.onRetry &&
    a.onDiscard === b.onDiscard,
)
