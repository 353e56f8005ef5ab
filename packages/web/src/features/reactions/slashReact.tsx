import { emojiOf } from '@sotto/client'
import { useTranslations } from 'use-intl'
import { failureOf } from '../../client/failure.ts'
import { FailureText } from '../../client/FailureText.tsx'
import type { WebSlash } from '../../registry/slash.ts'
import { isolated } from '../../ui/isolated.tsx'
import { found } from './choices.ts'
import { newestOfOthers } from './newestOfOthers.ts'
import { react } from './react.ts'

const Reacted = ({ name, emoji }: { readonly name: string; readonly emoji: string }) => {
  const t = useTranslations('reactions')
  return <span>{t.rich('reacted', { ...isolated, name, emoji })}</span>
}

const NoEmoji = ({ text }: { readonly text: string }) => {
  const t = useTranslations('reactions')
  return <span>{t.rich('noEmoji', { ...isolated, text })}</span>
}

const NothingThere = () => <span>{useTranslations('reactions')('nothingThere')}</span>

/** `/react 👍`, or a name of an emoji. */
export const slashReact: WebSlash = {
  name: 'react',
  aliases: [],
  argument: { kind: 'needed', what: 'EMOJI' },
  label: (t) => t('commands.does.react'),
  deed: {
    kind: 'runs',
    run: async (argument, { client, room, show }) => {
      const emoji = emojiOf(argument) ?? found(argument)[0]
      if (emoji === undefined) return show(<NoEmoji text={argument} />)
      const item = await newestOfOthers(client, room.id)
      if (item === null) return show(<NothingThere />)
      show(<Reacted name={item.sender.name} emoji={emoji} />)
      react(client, { room, item }, emoji, true).catch((error: unknown) =>
        show(<FailureText failure={failureOf(error)} />),
      )
    },
  },
}
