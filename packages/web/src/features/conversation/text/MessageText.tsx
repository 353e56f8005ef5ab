import { hasSomethingToSee } from '@sotto/client'
import { Fragment } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { usePreferences } from '../../../client/preferences/usePreferences.ts'
import { useFold } from '../folds.tsx'
import { parseBlocks } from './blocks.ts'
import type { Block } from './blocks.ts'
import { headOf, isLong } from './head.ts'
import type { Inline } from './inline.ts'
import styles from './MessageText.module.css'
import { isOnlyEmoji } from './onlyEmoji.ts'

/**
 * The characters that make something bold or code. They take no space and are not read out, but they are there: who
 * copies a message gets what was written.
 */
const Mark = ({ children }: { readonly children: string }) => (
  <span className={styles.mark} aria-hidden="true">
    {children}
  </span>
)

const InlinePart = ({ part }: { readonly part: Inline }) => {
  switch (part.kind) {
    case 'text':
      return <>{part.text}</>
    case 'code':
      return (
        <code className={styles.code}>
          <Mark>{part.mark}</Mark>
          {part.text}
          <Mark>{part.mark}</Mark>
        </code>
      )
    case 'bold':
    case 'italic': {
      const Tag = part.kind === 'bold' ? 'strong' : 'em'
      return (
        <Tag>
          <Mark>{part.mark}</Mark>
          <Line parts={part.children} />
          <Mark>{part.mark}</Mark>
        </Tag>
      )
    }
    case 'link':
      return (
        // One isolate for both: whatever stands around a link, its host stands beside it.
        <span className={styles.linked} dir="ltr">
          <a
            className={styles.link}
            href={part.href}
            target="_blank"
            rel="noopener noreferrer"
            title={part.href}
            // An address reads from the left, in whatever line it stands; a name of one as its letters do.
            dir={part.label === part.source ? 'ltr' : 'auto'}
          >
            {part.label}
          </a>
          {part.host !== null && (
            <bdi className={styles.host} dir="ltr">
              {` (${part.host})`}
            </bdi>
          )}
        </span>
      )
  }
}

const Line = ({ parts }: { readonly parts: readonly Inline[] }) =>
  parts.map((part, index) => <InlinePart key={index} part={part} />)

const Lines = ({ lines }: { readonly lines: readonly (readonly Inline[])[] }) =>
  lines.map((line, index) => (
    <Fragment key={index}>
      {index > 0 && '\n'}
      <Line parts={line} />
    </Fragment>
  ))

const BlockPart = ({ block }: { readonly block: Block }) => {
  const t = useTranslations('conversation')
  switch (block.kind) {
    case 'paragraph':
      return (
        <p className={styles.lines} dir="auto">
          <Lines lines={block.lines} />
        </p>
      )
    case 'code':
      return (
        <pre className={styles.block} dir="ltr" aria-label={t('code')}>
          <code>{block.text}</code>
        </pre>
      )
    case 'quote':
      return (
        <blockquote className={styles.quote} dir="auto">
          {block.lines.map(({ marker, line }, index) => (
            <Fragment key={index}>
              {index > 0 && '\n'}
              <Mark>{marker}</Mark>
              <Line parts={line} />
            </Fragment>
          ))}
        </blockquote>
      )
    case 'list': {
      const Tag = block.ordered ? 'ol' : 'ul'
      return (
        <Tag className={styles.list} data-ordered={block.ordered}>
          {block.items.map(({ marker, line }, index) => (
            <li key={index} className={styles.item} dir="auto">
              {block.ordered ? <span className={styles.number}>{marker}</span> : <Mark>{marker}</Mark>}
              <Line parts={line} />
            </li>
          ))}
        </Tag>
      )
    }
  }
}

/** The text as it was written: every character, and nothing made of them but text. */
const Plain = ({ text }: { readonly text: string }) => (
  <p className={styles.lines} dir="auto">
    {text}
  </p>
)

/** The empty lines that part a quote, a list or code from the text around it; space stands there anyway. */
const withoutParting = (block: Block, first: boolean, last: boolean): Block => {
  if (block.kind !== 'paragraph') return block
  const from = !first && block.lines[0]?.length === 0 ? 1 : 0
  const to = !last && block.lines.at(-1)?.length === 0 ? -1 : undefined
  return { ...block, lines: block.lines.slice(from, to) }
}

const Formatted = ({ text }: { readonly text: string }) =>
  parseBlocks(text)
    .map((block, index, blocks) => withoutParting(block, index === 0, index === blocks.length - 1))
    .map((block, index) =>
      block.kind === 'paragraph' && block.lines.length === 0 ? null : <BlockPart key={index} block={block} />,
    )

/**
 * What somebody wrote. Their text becomes text nodes of a fixed set of elements and never markup. A long one is folded
 * until it is asked for.
 */
export const MessageText = ({ id, text }: { readonly id: string; readonly text: string }) => {
  const t = useTranslations('conversation')
  const format = useFormatter()
  const { formatting } = usePreferences()
  const [unfolded, fold] = useFold(id)

  if (!hasSomethingToSee(text)) return <p className={styles.empty}>{t('emptyMessage')}</p>

  if (isOnlyEmoji(text))
    return (
      <div className={styles.text} data-said>
        <p className={styles.emoji} dir="auto">
          {text}
        </p>
      </div>
    )

  const long = isLong(text)
  const folded = long && !unfolded
  const shown = folded ? headOf(text) : text
  const size = format.number(Math.round(text.length / 1000), {
    style: 'unit',
    unit: 'kilobyte',
    unitDisplay: 'short',
  })
  return (
    <div className={styles.text} data-folded={folded} data-said>
      {formatting ? <Formatted text={shown} /> : <Plain text={shown} />}
      {long && (
        <button
          type="button"
          className={styles.unfold}
          aria-expanded={unfolded}
          onClick={() => fold(!unfolded)}
        >
          {unfolded ? t('showLess') : t('showAll', { size })}
        </button>
      )}
    </div>
  )
}
