import type { Completion as CompletionOf } from '@sotto/client'
import { useEffect, useRef } from 'react'
import { useTranslations } from 'use-intl'
import { BotTag } from '../../client/BotTag.tsx'
import type { WebSlash } from '../../registry/slash.ts'
import styles from './CommandList.module.css'

type Completion = CompletionOf<WebSlash>

const keyOf = (completion: Completion): string =>
  completion.kind === 'own' ? completion.command.name : `${completion.command.bot} ${completion.command.name}`

const What = ({ completion }: { readonly completion: Completion }) => {
  const t = useTranslations('commands')
  const all = useTranslations()
  switch (completion.kind) {
    case 'own': {
      const { name, argument, label } = completion.command
      return (
        <>
          <span className={styles.said}>
            /{name}
            {argument.kind !== 'none' && <i> {t(`argument.${argument.what}`)}</i>}
          </span>
          <span className={styles.does}>{label(all)}</span>
        </>
      )
    }
    case 'offered': {
      const { name, summary, bot } = completion.command
      return (
        <>
          <span className={styles.said}>/{name}</span>
          <span className={styles.does}>
            <bdi>{summary}</bdi>
          </span>
          <span className={styles.who}>
            <bdi>{bot}</bdi> <BotTag />
          </span>
        </>
      )
    }
  }
}

export const optionId = (list: string, index: number): string => `${list}-${index}`

/**
 * The commands that a text may become, above the field. The focus stays in the field, which says which of them is the
 * active one.
 */
export const CommandList = ({
  id,
  completions,
  active,
  onTake,
}: {
  readonly id: string
  readonly completions: readonly Completion[]
  readonly active: number
  readonly onTake: (completion: Completion) => void
}) => {
  const t = useTranslations('composer')
  const shown = useRef<HTMLDivElement>(null)
  useEffect(() => {
    shown.current?.scrollIntoView({ block: 'nearest' })
  }, [active])
  return (
    <div className={styles.list} id={id} role="listbox" aria-label={t('commands')}>
      {completions.map((completion, index) => (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field has the keys, and the focus
        <div
          key={keyOf(completion)}
          ref={index === active ? shown : null}
          id={optionId(id, index)}
          className={styles.option}
          role="option"
          aria-selected={index === active}
          tabIndex={-1}
          // The field keeps the focus.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onTake(completion)}
        >
          <What completion={completion} />
        </div>
      ))}
    </div>
  )
}
