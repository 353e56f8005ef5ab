import type { TimelineItem } from '@sotto/client'
import { useFormatter, useTranslations } from 'use-intl'
import { HookMark } from '../../ui/HookMark.tsx'
import { Icon } from '../../ui/Icon.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { clock, moment } from '../../ui/times.ts'
import styles from './HookRow.module.css'
import { undirected } from '../../ui/undirected.ts'
import { MessageBar } from './messageActions/MessageBar.tsx'
import { UnderMessage } from './messageActions/UnderMessage.tsx'
import { MessageText } from './text/MessageText.tsx'

type Posted = Extract<TimelineItem, { kind: 'hook' }>

const Time = ({ timeMs }: { readonly timeMs: number }) => {
  const format = useFormatter()
  return (
    <time
      className={styles.time}
      dateTime={new Date(timeMs).toISOString()}
      title={format.dateTime(timeMs, moment)}
    >
      {format.dateTime(timeMs, clock)}
    </time>
  )
}

/** What a script has posted: under its hook's name and mark, so that nobody takes it for the word of a person. */
export const HookRow = ({ item }: { readonly item: Posted }) => {
  const t = useTranslations('hook')
  const { name, text, fault } = item
  if (text === null)
    return (
      <p className={styles.refused} data-hook={item.hook}>
        <Icon name="warning" size={16} />
        <span>
          {t.rich('refused', {
            who: name === '' ? t('unknown') : t('spoken', { name: undirected(name) }),
            why: t(`fault.${fault ?? 'entry'}`),
          })}{' '}
          <Time timeMs={item.timeMs} />
        </span>
      </p>
    )
  return (
    <article
      className={styles.row}
      data-hook={item.hook}
      data-spoken={item.id}
      aria-label={t('spoken', { name })}
    >
      <HookMark title={t('mark')} />
      <div className={styles.column}>
        <p className={styles.head}>
          <span className={styles.name}>{t.rich('title', { name, ...isolated })}</span>
          <Time timeMs={item.timeMs} />
        </p>
        <div className={styles.frame}>
          <div className={styles.said}>
            <MessageText id={item.id} text={text} />
          </div>
          <MessageBar id={item.id} />
        </div>
        <UnderMessage item={item} />
      </div>
    </article>
  )
}
