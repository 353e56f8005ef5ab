import { useState } from 'react'
import type { ReactNode } from 'react'
import { useFormatter, useTranslations } from 'use-intl'
import { usePreferences } from '../../../client/preferences.ts'
import { parseBlocks } from './blocks.ts'
import type { Block } from './blocks.ts'
import { headOf, isLong } from './head.ts'
import type { Inline } from './inline.ts'
import styles from './MessageText.module.css'
import { isOnlyEmoji } from './onlyEmoji.ts'

const InlinePart = ({ part }: { readonly part: Inline }): ReactNode => {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'code':
      return <code className={styles.code}>{part.text}</code>
    case 'bold':
      return (
        <strong>
          <Line parts={part.children} />
        </strong>
      )
    case 'italic':
      return (
        <em>
          <Line parts={part.children} />
        </em>
      )
    case 'link':
      return (
        <>
          <a className={styles.link} href={part.href} target="_blank" rel="noopener noreferrer" title={part.href}>
            {part.label}
          </a>
          {part.host !== null && <bdi className={styles.host}> ({part.host})</bdi>}
        </>
      )
  }
}

const Line = ({ parts }: { readonly parts: readonly Inline[] }) =>
  parts.map((part, index) => <InlinePart key={index} part={part} />)

const Lines = ({ lines }: { readonly lines: readonly (readonly Inline[])[] }) =>
  lines.map((line, index) => (
    <span key={index}>
      {index > 0 && '\n'}
      <Line parts={line} />
    </span>
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
          <Lines lines={block.lines} />
        </blockquote>
      )
    case 'list': {
      const Tag = block.ordered ? 'ol' : 'ul'
      return (
        <Tag className={styles.list} dir="auto">
          {block.items.map((item, index) => (
            <li key={index} className={styles.item}>
              <span className={styles.marker} data-ordered={block.ordered}>
                {block.ordered ? item.marker : '•'}
              </span>
              <span className={styles.lines} dir="auto">
                <Line parts={item.line} />
              </span>
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

/** What somebody wrote. Their text becomes text nodes of a fixed set of elements and never markup. */
export const MessageText = ({ text }: { readonly text: string }) => {
  const t = useTranslations('conversation')
  const format = useFormatter()
  const { formatting } = usePreferences()
  const [unfolded, setUnfolded] = useState(false)

  if (isOnlyEmoji(text)) return <p className={styles.emoji}>{text}</p>

  const long = isLong(text)
  const folded = long && !unfolded
  const shown = folded ? headOf(text) : text
  return (
    <div className={styles.text} data-folded={folded}>
      {formatting ? <Formatted text={shown} /> : <Plain text={shown} />}
      {long && (
        <button
          type="button"
          className={styles.unfold}
          aria-expanded={unfolded}
          onClick={() => setUnfolded(!unfolded)}
        >
          {unfolded
            ? t('showLess')
            : t('showAll', {
                size: format.number(Math.max(1, Math.round(text.length / 1000)), {
                  style: 'unit',
                  unit: 'kilobyte',
                  unitDisplay: 'short',
                }),
              })}
        </button>
      )}
    </div>
  )
}
