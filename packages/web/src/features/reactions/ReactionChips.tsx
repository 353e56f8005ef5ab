import type { ReactionView } from '@sotto/client'
import { useTranslations } from 'use-intl'
import type { UnderProps } from '../../registry/messageAction.ts'
import { Tooltip } from '../../ui/Tooltip.tsx'
import { canReact, reactWith } from './react.ts'
import styles from './ReactionChips.module.css'
import { useReactions } from './useReactions.ts'

/** Whose a reaction is: some by name, the others by their number. */
const useWhose = () => {
  const t = useTranslations('reactions')
  return ({ count, own, names }: ReactionView): string => {
    const named = [...(own ? [t('you')] : []), ...names]
    const others = count - named.length
    return [...named, ...(others > 0 ? [t('others', { count: others })] : [])].join(', ')
  }
}

const Chip = ({
  reaction,
  isOpen,
  onPress,
}: {
  readonly reaction: ReactionView
  readonly isOpen: boolean
  readonly onPress: () => void
}) => {
  const t = useTranslations('reactions')
  const whose = useWhose()
  const { emoji, count, own } = reaction
  return (
    <Tooltip text={whose(reaction)}>
      <button
        type="button"
        className={styles.chip}
        aria-pressed={own}
        aria-disabled={!isOpen}
        aria-label={t('chip', { emoji, count, whose: whose(reaction) })}
        onClick={() => {
          if (isOpen) onPress()
        }}
      >
        <span className={styles.emoji}>{emoji}</span>
        <span className={styles.count}>{count}</span>
      </button>
    </Tooltip>
  )
}

/** What people say about a message with one emoji each, under it. */
export const ReactionChips = ({ target, act }: UnderProps) => {
  const t = useTranslations('reactions')
  const isOpen = canReact(target)
  const shown = useReactions(target.item, isOpen)
  if (shown.length === 0) return null
  return (
    <div className={styles.chips} role="group" aria-label={t('group')}>
      {shown.map((reaction) => (
        <Chip
          key={reaction.emoji}
          reaction={reaction}
          isOpen={isOpen}
          onPress={() => act(reactWith(reaction.emoji, !reaction.own))}
        />
      ))}
    </div>
  )
}
