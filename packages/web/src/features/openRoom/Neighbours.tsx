import type { PersonView } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { Button } from '../../ui/Button.tsx'
import { isolated } from '../../ui/isolated.tsx'
import styles from './OpenRoom.module.css'

const shownMax = 8

/** Who else is on this server, for somebody who has no room yet: one press makes one and invites them. */
export const Neighbours = ({
  people,
  disabled,
  onInvite,
}: {
  readonly people: readonly PersonView[]
  readonly disabled: boolean
  readonly onInvite: (name: string) => void
}) => {
  const t = useTranslations('openRoom')
  if (people.length === 0) return null
  return (
    <section className={styles.people} aria-labelledby="neighbours-title">
      <h2 className={styles.peopleTitle} id="neighbours-title">
        {t('peopleTitle')}
      </h2>
      <ul className={styles.peopleList}>
        {people.slice(0, shownMax).map(({ account, name }) => (
          <li key={account}>
            <Button size="small" icon="invite" disabled={disabled} onClick={() => onInvite(name)}>
              {t.rich('peopleInvite', { name, ...isolated })}
            </Button>
          </li>
        ))}
      </ul>
      <p className={styles.time}>{t('peopleText')}</p>
    </section>
  )
}
