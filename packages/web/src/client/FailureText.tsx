import { lacksIn, nameReasonIn, obstacleIn } from '@sotto/client'
import { useFormatter, useNow, useTranslations } from 'use-intl'
import { useState } from 'react'
import type { Failure } from './failure.ts'

const RetryIn = ({ afterMs }: { readonly afterMs: number }) => {
  const t = useTranslations()
  const format = useFormatter()
  const now = useNow({ updateInterval: 1000 })
  const [untilMs] = useState(() => Date.now() + afterMs)
  const at = new Date(Math.max(untilMs, now.getTime()))
  return <> {t('failureRetry', { when: format.relativeTime(at, now) })}</>
}

const isOfName = ({ code }: Failure): boolean => code === 'name_invalid' || code === 'title_invalid'

/** The words for a failure, with the time to wait where the server has named one. */
export const FailureText = ({ failure }: { readonly failure: Failure }) => {
  const t = useTranslations('failure')
  const ofObstacle = useTranslations('obstacle')
  const ofLack = useTranslations('lack')
  const ofName = useTranslations('nameReason')
  const obstacle = obstacleIn(failure.detail)
  const reason = isOfName(failure) ? nameReasonIn(failure.detail) : undefined
  const afterMs = failure.detail['retryAfterMs']
  return (
    <>
      {obstacle ? ofObstacle(obstacle) : reason ? ofName(reason) : t(failure.code)}
      {lacksIn(failure.detail).map((lack) => ` ${ofLack(lack)}`)}
      {typeof afterMs === 'number' && afterMs > 0 && <RetryIn key={afterMs} afterMs={afterMs} />}
    </>
  )
}
