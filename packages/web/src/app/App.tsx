import { useEffect } from 'react'
import { useTranslations } from 'use-intl'
import { useClientState } from '../client/ClientContext.tsx'
import { useDeletedData } from '../client/deletedData.ts'
import { DeletedNotice } from '../features/account/DeletedNotice.tsx'
import { AccountScreen } from '../features/account/AccountScreen.tsx'
import { dropDrafts } from '../features/conversation/drafts.ts'
import { SetupNotice } from '../features/setup/SetupNotice.tsx'
import { LaterInside } from './LaterInside.tsx'

/** Counts what is unread. Names of rooms stay out of the title: browsers keep titles, and may send them home. */
const useTitle = () => {
  const product = useTranslations()('product')
  const unread = useClientState((state) => state.rooms.reduce((sum, room) => sum + room.unread, 0))
  useEffect(() => {
    document.title = unread > 0 ? `(${unread > 99 ? '99+' : unread}) ${product}` : product
  }, [unread, product])
}

export const App = () => {
  const account = useClientState((state) => state.account)
  const connection = useClientState((state) => state.connection)
  const deleted = useDeletedData()
  useTitle()
  const isEmpty = account.kind === 'none'
  useEffect(() => {
    if (isEmpty) dropDrafts()
  }, [isEmpty])
  switch (account.kind) {
    case 'none':
    case 'signed_out':
      return (
        <AccountScreen
          account={account}
          notice={
            <>
              {deleted && <DeletedNotice />}
              <SetupNotice />
            </>
          }
        />
      )
    case 'signed_in':
      return <LaterInside account={account} connection={connection} />
  }
}
