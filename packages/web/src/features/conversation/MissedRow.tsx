import type { TimelineItem } from '@sotto/client'
import { useId } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { Icon } from '../../ui/Icon.tsx'
import { clock } from '../../ui/times.ts'
import { useFold } from './folds.tsx'
import { missedRuns, missedWhy } from './missed.ts'
import type { MissedRun } from './missed.ts'
import styles from './MissedRow.module.css'

const RunTime = ({ run: { fromMs, toMs } }: { readonly run: MissedRun }) => {
  const t = useTranslations('conversation')
  const format = useFormatter()
  const [from, to] = [fromMs, toMs].map((timeMs) => format.dateTime(timeMs, clock))
  return (
    <time dateTime={new Date(fromMs).toISOString()}>
      {from === to ? from : t('missedTimes', { from: from ?? '', to: to ?? '' })}
    </time>
  )
}

/** Messages that this device has no key for, told in one line; why, and when they were sent, behind it. */
export const MissedRow = ({
  id,
  items,
}: {
  readonly id: string
  readonly items: readonly Extract<TimelineItem, { kind: 'missed' }>[]
}) => {
  const t = useTranslations('conversation')
  const moreId = useId()
  const [unfolded, fold] = useFold(id)
  const count = items.length
  return (
    <div className={styles.missed}>
      <button
        type="button"
        className={styles.line}
        aria-expanded={unfolded}
        aria-controls={unfolded ? moreId : undefined}
        onClick={() => fold(!unfolded)}
      >
        <Icon name="key" size={16} />
        <span className={styles.words}>{t(`missed.${missedWhy(items)}`, { count })}</span>
        <span className={styles.sign}>
          <Icon name="chevron" size={14} />
        </span>
      </button>
      {unfolded && (
        <div className={styles.more} id={moreId}>
          <p>{t('missedWhy', { count })}</p>
          <ul className={styles.runs}>
            {missedRuns(items).map((run) => (
              <li key={run.id} className={styles.run}>
                <RunTime run={run} />
                <span>{t(`missedRun.${run.why}`, { count: run.count })}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
