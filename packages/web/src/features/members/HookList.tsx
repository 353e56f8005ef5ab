import type { HookView } from '@sotto/client'
import { useFormatter, useTranslations } from 'use-intl'
import { useHooks } from '../../client/useHooks.ts'
import { HookMark } from '../../ui/HookMark.tsx'
import { isolated } from '../../ui/isolated.tsx'
import { moment } from '../../ui/times.ts'
import styles from './HookList.module.css'

const Hook = ({ hook: { name, generation, expiresMs, reads } }: { readonly hook: HookView }) => {
  const t = useTranslations('hook')
  const format = useFormatter()
  return (
    <li className={styles.hook}>
      <HookMark />
      <span className={styles.words}>
        <span>{name === null ? t('nameless') : t.rich('title', { name, ...isolated })}</span>
        <span className={styles.keys}>{reads ? t('reads') : t('writes')}</span>
        {generation !== null && expiresMs !== null && (
          <span className={styles.keys}>
            {t('until', { generation: String(generation), date: format.dateTime(expiresMs, moment) })}
          </span>
        )}
      </span>
    </li>
  )
}

/** The scripts that may post into a room; nothing where there are none. */
export const HookList = ({ room }: { readonly room: string }) => {
  const t = useTranslations('hook')
  const hooks = useHooks(room)
  if (hooks.length === 0) return null
  return (
    <section className={styles.section} aria-label={t('list')}>
      <h3 className={styles.title}>{t('list')}</h3>
      <ul className={styles.hooks}>
        {hooks.map((hook) => (
          <Hook key={hook.hook} hook={hook} />
        ))}
      </ul>
      <p className={styles.keys}>{t('explain')}</p>
    </section>
  )
}
