import { useRef, useState } from 'react'
import { useTranslations } from 'use-intl'
import type { ScreenProps } from '../../registry/screen.ts'
import { useWorkspace } from '../../registry/Workspace.tsx'
import { Button } from '../../ui/Button.tsx'
import { Dialog, DialogActions } from '../../ui/Dialog.tsx'
import { MadeToken } from './MadeToken.tsx'
import { type Made, TokenForm } from './TokenForm.tsx'
import { TokenList } from './TokenList.tsx'
import styles from './TokensDialog.module.css'
import { useTokens } from './useTokens.ts'

type Page =
  | { readonly kind: 'list' }
  | { readonly kind: 'form' }
  | { readonly kind: 'made'; readonly made: Made }

const ListPage = ({ onCreate }: { readonly onCreate: () => void }) => {
  const t = useTranslations('token')
  const { tokens, reload } = useTokens()
  const list = useRef<HTMLDivElement>(null)
  const isAbsent = tokens.kind === 'failed' && tokens.failure.code === 'not_found'
  return (
    <>
      <div ref={list} className={styles.part} tabIndex={-1}>
        <TokenList tokens={tokens} finalFocus={list} onChanged={reload} />
      </div>
      {!isAbsent && (
        <DialogActions>
          <Button look="primary" icon="plus" onClick={onCreate}>
            {t('create')}
          </Button>
        </DialogActions>
      )}
    </>
  )
}

/** A person's access tokens: what there is, a new one, and a new one as it is told once. */
export const TokensDialog = ({ open, onClose }: ScreenProps) => {
  const t = useTranslations()
  const { server } = useWorkspace().situation.account
  const [page, setPage] = useState<Page>({ kind: 'list' })
  const toList = () => setPage({ kind: 'list' })
  const titles = { list: 'title', form: 'createTitle', made: 'madeTitle' } as const
  return (
    <Dialog
      open={open}
      onClose={() => {
        toList()
        onClose()
      }}
      title={t(`token.${titles[page.kind]}`)}
      {...(page.kind === 'list' ? { description: t('token.text') } : {})}
      closeLabel={t('close')}
      shape="wide"
      // A press beside it must not take away what is shown once.
      decision={page.kind === 'made'}
    >
      {open && page.kind === 'list' && <ListPage onCreate={() => setPage({ kind: 'form' })} />}
      {open && page.kind === 'form' && (
        <TokenForm onCancel={toList} onMade={(made) => setPage({ kind: 'made', made })} />
      )}
      {open && page.kind === 'made' && <MadeToken made={page.made} server={server} onDone={toList} />}
    </Dialog>
  )
}
