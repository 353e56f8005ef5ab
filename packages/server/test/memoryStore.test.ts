import { describe } from 'vitest'
import { authenticationStoreContract } from './contracts/authenticationStore.ts'
import { budgetStoreContract, chargedForEntries } from './contracts/budgetStore.ts'
import { clockStoreContract } from './contracts/clockStore.ts'
import { deliveryStoreContract } from './contracts/deliveryStore.ts'
import { inviteStoreContract } from './contracts/inviteStore.ts'
import { directoryStoreContract } from './contracts/directoryStore.ts'
import { openRoomStoreContract } from './contracts/openRoomStore.ts'
import { emptyData } from './memory/data.ts'
import { memoryStore } from './memory/memoryStore.ts'

const open = async () => {
  const data = emptyData()
  return memoryStore(() => data)
}

describe('a store in memory', () => {
  authenticationStoreContract(async () => (await open()).authentication)
  inviteStoreContract(open)
  directoryStoreContract(open)
  deliveryStoreContract(async () => (await open()).delivery)
  openRoomStoreContract(open)
  clockStoreContract(async () => (await open()).clock)
  budgetStoreContract('entries', async () => chargedForEntries(await open()))
})
