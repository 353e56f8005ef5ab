import { operations, protocolName } from '@sotto/protocol'
import type { Admission } from '../authentication/admission.ts'
import type { LoginService } from '../authentication/login.ts'
import type { Registration } from '../authentication/registration.ts'
import type { Sessions } from '../authentication/sessions.ts'
import type { Clock } from '../configuration.ts'
import type { Delivery } from '../delivery/delivery.ts'
import type { Blocks } from '../directory/blocks.ts'
import type { Chains } from '../directory/chains.ts'
import type { KeyPackages } from '../directory/keyPackages.ts'
import type { Vault } from '../directory/vault.ts'
import type { OpenRooms } from '../openRoom/openRoom.ts'
import type { Poll } from './poll.ts'
import { forAccount, forAnyone, forDevice, type Route } from './route.ts'

export interface Services {
  readonly admission: Pick<Admission, 'mode'>
  readonly registration: Registration
  readonly login: LoginService
  readonly sessions: Sessions
  readonly chains: Chains
  readonly keyPackages: KeyPackages
  readonly blocks: Blocks
  readonly vault: Vault
  readonly delivery: Delivery
  readonly openRooms: OpenRooms
  readonly poll: Poll
  readonly clock: Clock
  readonly logKey: Uint8Array
}

/** Every operation and the service that answers it. */
export const routesOf = (services: Services): readonly Route[] => {
  const {
    admission,
    registration,
    login,
    sessions,
    chains,
    keyPackages,
    blocks,
    vault,
    delivery,
    openRooms,
    poll,
    clock,
    logKey,
  } = services
  const o = operations
  return [
    forAnyone(o.readRegistration, async () => ({ mode: admission.mode })),
    forAnyone(o.registerStart, ({ input, address }) => registration.start(input, address)),
    forAnyone(o.registerFinish, ({ input, address }) => registration.finish(input, address)),
    forAnyone(o.loginStart, ({ input, address }) => login.start(input, address)),
    forAnyone(o.loginStartOfDevice, ({ input, address }) => login.startOfDevice(input, address)),
    forAnyone(o.loginFinish, ({ input, address }) => login.finish(input, address)),
    forAccount(o.logout, async ({ caller }) => {
      await sessions.end(caller)
      return {}
    }),
    forAccount(o.readSession, async ({ caller: { account, device, name, expiresMs } }) => ({
      account,
      device,
      name,
      expiresMs,
    })),

    forAnyone(o.readServer, async () => ({ protocol: protocolName, logKey, timeMs: clock.nowMs() })),
    forAccount(o.lookUpAccount, ({ caller, input }) => chains.lookUp(caller, input.name)),
    forAccount(o.readChain, ({ caller, input }) => chains.read(caller, input.account, input.from)),
    forDevice(o.readChains, async ({ input }) => ({ chains: await chains.readMany(input.asked) })),
    forDevice(o.readChainEnds, async ({ input }) => ({ seqs: await chains.ends(input.accounts) })),
    forAccount(o.appendLink, ({ caller, input }) => chains.append(caller, input.link)),
    forDevice(o.handBackLinks, ({ caller, input }) => chains.handBack(caller, input)),
    forDevice(o.publishKeyPackages, ({ caller, input }) => keyPackages.publish(caller, input)),
    forDevice(o.countKeyPackages, ({ caller }) => keyPackages.count(caller)),
    forDevice(o.claimKeyPackages, ({ caller, input }) => keyPackages.claim(caller, input)),
    forDevice(o.listBlocks, async ({ caller }) => ({ accounts: [...(await blocks.list(caller))] })),
    forDevice(o.setBlock, async ({ caller, input: { account, blocked } }) => {
      await blocks.set(caller, account, blocked)
      return {}
    }),
    forAccount(o.readVaultSlot, ({ caller, input }) => vault.read(caller, input.slot)),
    forDevice(o.writeVaultSlot, async ({ caller, input: { slot, counter, sealed } }) => {
      await vault.write(caller, slot, { counter, sealed })
      return {}
    }),

    forDevice(o.createRoom, async ({ caller, input }) => ({
      ack: await openRooms.creating(input.open, input.room, () => delivery.create(caller, input)),
    })),
    forDevice(o.listRooms, async ({ caller }) => ({ rooms: await delivery.heads(caller) })),
    forDevice(o.submitMessage, async ({ caller, input: { room, message, aux } }) => ({
      ack: await delivery.submit(caller, room, { message, aux }),
    })),
    forDevice(o.submitNack, async ({ caller, input: { room, ...nack } }) => ({
      ack: await delivery.nack(caller, room, nack),
    })),
    forDevice(o.healRoom, async ({ caller, input }) => ({ head: await delivery.heal(caller, input) })),
    forDevice(o.readLog, ({ caller, input }) => delivery.log(caller, input.room, input.from)),
    forDevice(o.readTree, ({ caller, input }) => delivery.tree(caller, input.room, input.hash)),
    forDevice(o.readGroupInfo, ({ caller, input }) => delivery.groupInfo(caller, input.room)),
    forDevice(o.readMeta, ({ caller, input }) => delivery.meta(caller, input.room)),
    forDevice(o.readInvited, ({ caller, input }) => delivery.invited(caller, input.room)),
    forDevice(o.writeForkTag, async ({ caller, input: { room, epoch, tag } }) => {
      await delivery.forkTag(caller, room, epoch, tag)
      return {}
    }),
    forDevice(o.listWelcomes, async ({ caller }) => ({ welcomes: await delivery.welcomes(caller) })),
    forDevice(o.settleWelcome, async ({ caller, input }) => {
      await delivery.settle(caller, input.room, input.seq, input.outcome)
      return {}
    }),
    forDevice(o.readOpenRoom, ({ caller }) => openRooms.read(caller)),
    forDevice(o.setOpenRoom, async ({ caller, input: { room, name } }) => {
      await openRooms.set(caller, room, name)
      return {}
    }),
    forDevice(o.askToJoin, ({ caller, input: { room, wanted } }) => openRooms.ask(caller, room, wanted)),
    forDevice(o.readAskers, ({ caller, input }) => openRooms.askers(caller, input.room)),
    forDevice(o.listPeople, ({ caller }) => openRooms.people(caller)),
    forDevice(o.publishHook, async ({ caller, input }) => {
      await delivery.hooks.publish(caller, input)
      return {}
    }),
    forDevice(o.handToHook, async ({ caller, input }) => {
      await delivery.hookOut.hand(caller, input)
      return {}
    }),
    forDevice(o.poll, ({ caller, input, signal }) => poll(caller, input, signal)),
  ]
}
