import type { Fault } from './faults.ts'
import type { StepKind } from './steps.ts'

/** One place in the program, and what stands there instead. */
export interface Bend {
  /** From the root of the repository. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly from: string
  readonly to: string
}

/** A program with a fault, and the rule whose checker has to notice. */
export interface Mutant {
  readonly name: string
  readonly rule: string
  readonly faults: readonly Fault[]
  /** What has to happen often. */
  readonly more?: readonly StepKind[]
  readonly bends: readonly Bend[]
}

const admission = 'packages/server/src/delivery/admission.ts'
const staleEpoch: Bend = {
  file: admission,
  from: 'if (incoming.epoch !== room.epoch)',
  to: 'if (incoming.epoch > room.epoch)',
}
/** What was encrypted before a commit is sent behind it. */
const lateWords: Bend = {
  file: 'packages/client/src/room/receiveHandshake.ts',
  from: "stage.kind === 'encrypted' && stage.epoch < epochOf(group)",
  to: "stage.kind === 'encrypted' && stage.epoch < epochOf(group) - 1",
}
const busy: readonly Fault[] = ['delay', 'reordering', 'client_crash']

export const mutants: readonly Mutant[] = [
  {
    name: 'some entries are acknowledged that do not stand there',
    rule: 'I1',
    faults: [],
    bends: [
      {
        file: 'packages/server/src/delivery/logKey.ts',
        from: 'const promise = { room, seq, hash, timeMs }',
        to: 'const promise = { room, seq, hash: seq % 7 === 5 ? new Uint8Array(32) : hash, timeMs }',
      },
    ],
  },
  {
    name: 'an entry does not name the one before',
    rule: 'I2',
    faults: [],
    bends: [
      {
        file: 'packages/server/src/delivery/link.ts',
        from: 'previousHash: head?.hash ?? noHash',
        to: 'previousHash: head && head.seq > 4 ? noHash : (head?.hash ?? noHash)',
      },
    ],
  },
  { name: 'messages of an epoch that is over are taken', rule: 'I3', faults: busy, bends: [staleEpoch] },
  {
    name: 'a head that is told at the beginning is not noted',
    rule: 'I4',
    faults: ['partition', 'client_crash', 'loss'],
    bends: [
      {
        file: 'packages/client/src/room/heads.ts',
        from: 'Math.max(now.head === known ? 0 : now.head, ack.seq, runner.state().place.cursor)',
        to: 'now.head',
      },
      {
        file: 'packages/client/src/room/reader.ts',
        from: '    hint: (seq) => session.change((now) => hinted(now, seq)),',
        to: '    hint: () => {},',
      },
    ],
  },
  {
    name: 'some messages are passed over',
    rule: 'I5',
    faults: [],
    bends: [
      {
        file: 'packages/client/src/room/receiveMessage.ts',
        from: '  if (isUsedBy(before, by)) return true\n',
        to: '  if (isUsedBy(before, by) || message[0]! < 16) return true\n',
      },
    ],
  },
  {
    name: 'who was removed goes on reading',
    rule: 'I6',
    more: ['remove', 'burst', 'invite', 'answer'],
    faults: [...busy, 'partition', 'loss'],
    bends: [
      staleEpoch,
      lateWords,
      {
        file: 'packages/server/src/delivery/access.ts',
        from: 'return standing.untilSeq',
        to: 'return room.durable.seq',
      },
      {
        file: 'packages/server/src/live/hearing.ts',
        from: 'return line.topics.drop(roomTopic(event.room))',
        to: 'return',
      },
      {
        file: 'packages/client/src/room/receiveHandshake.ts',
        from: '  desk.consumed.push(...value.consumed)\n  if (pending?.staged)',
        to: '  if (value.group) desk.consumed.push(...value.consumed)\n  if (pending?.staged)',
      },
      {
        file: 'packages/client/src/room/receiveHandshake.ts',
        from: '  } else expel(desk)\n  return passed(...events)\n}\n\n/** The own commit',
        to: '  }\n  return passed(...events)\n}\n\n/** The own commit',
      },
    ],
  },
  {
    name: 'what is said after a removal is under the keys from before',
    rule: 'I7',
    more: ['remove', 'burst', 'invite', 'answer'],
    faults: [...busy, 'partition', 'loss'],
    bends: [staleEpoch, lateWords],
  },
  {
    name: 'the ratchet does not turn',
    rule: 'I8',
    faults: [],
    bends: [{ file: 'packages/client/src/room/send.ts', from: '    group = sealed.group\n', to: '' }],
  },
  {
    name: 'everybody may give any role',
    rule: 'I9',
    faults: [],
    bends: [
      {
        file: 'packages/trust/src/authorization/rules/policyChange.ts',
        from: "return has('setPolicy') && mayChangeRole(change, by.role) ? undefined : 'C5c'",
        to: 'return undefined',
      },
    ],
  },
  {
    name: 'a device that was given up counts as active',
    rule: 'I10',
    faults: ['logout'],
    bends: [
      {
        file: 'packages/trust/src/account/accountState.ts',
        from: "status.kind === 'active' && certificate",
        to: 'status && certificate',
      },
      {
        file: 'packages/trust/src/leaf/standing.ts',
        from: "if (device.status.kind === 'revoked' && device.status.timeS + revocationGraceS <= timeS) return 'revoked'",
        to: '',
      },
      {
        file: 'packages/trust/src/leaf/standing.ts',
        from: "if (deviceOf(account, identity.device)?.status.kind === 'revoked') return 'revoked'",
        to: '',
      },
      {
        file: 'packages/trust/src/leaf/verifyKeyPackage.ts',
        from: "return device?.status.kind === 'revoked'",
        to: 'return false',
      },
      {
        file: 'packages/server/src/delivery/commit.ts',
        from: "deviceOf(state, device)?.status.kind === 'revoked'",
        to: 'false',
      },
    ],
  },
  {
    name: 'what waits to be sent is not stored',
    rule: 'I11',
    faults: ['client_crash', 'partition', 'delay'],
    bends: [
      {
        file: 'packages/client/src/room/rows.ts',
        from: '    ...outboxChanges(room, before?.outbox ?? [], after.outbox),\n',
        to: '    ...(before?.phase.kind === "left" ? outboxChanges(room, before?.outbox ?? [], after.outbox) : []),\n',
      },
    ],
  },
  {
    name: 'what came before is not known again',
    rule: 'I12',
    faults: ['duplication', 'loss', 'client_crash'],
    bends: [
      {
        file: 'packages/server/src/delivery/ledger.ts',
        from: 'if (!flying) return storedAnswer(room.id, once)',
        to: 'if (!flying) return undefined',
      },
      {
        file: admission,
        from: 'envelope.sendCounter <= lastCounter',
        to: 'envelope.sendCounter < lastCounter',
      },
      {
        file: 'packages/server/test/memory/deliveryStore.ts',
        from: "throw new Error('the message is known')",
        to: 'void 0',
      },
    ],
  },
  {
    name: 'nobody minds what past a message speaks of',
    rule: 'I13',
    more: ['lie_dropped', 'lie_replaced', 'lie_reordered', 'burst'],
    faults: ['lie_dropped', 'lie_replaced', 'lie_reordered'],
    bends: [
      {
        file: admission,
        from: 'if (!anchorHash || !equalBytes(anchorHash.subarray(0, anchorHashBytes), envelope.anchorHash))',
        to: 'if (false)',
      },
      {
        file: 'packages/client/src/room/receiveMessage.ts',
        from: 'equalBytes(known.subarray(0, anchorHashBytes), anchorHash)',
        to: 'known.length > 0',
      },
    ],
  },
  {
    name: 'a line that was lost is not opened again',
    rule: 'I14',
    faults: ['server_crash', 'partition'],
    bends: [
      {
        file: 'packages/client/src/sync/lineRetries.ts',
        from: 'cancel = scheduler.after(delayMs, open)',
        to: 'cancel = scheduler.after(delayMs, () => void open)',
      },
    ],
  },
  {
    name: 'the name of a room is not sealed',
    rule: 'I15',
    faults: [],
    bends: [
      {
        file: 'packages/client/src/content/meta.ts',
        from: "  seal(provider, metaKeyOf(provider, archiveKey), 'meta', [room, epoch], encodeAs(sealedMeta, meta))",
        to: '  encodeAs(sealedMeta, meta)',
      },
    ],
  },
  {
    name: 'the stock of key packages is filled up again and again',
    rule: 'I16',
    faults: ['client_crash', 'partition', 'server_crash'],
    bends: [
      {
        file: 'packages/client/src/account/keyPackages.ts',
        from: 'remaining < keyPackagesRefillBelow ? keyPackagesOneTime - remaining : 0',
        to: 'keyPackagesOneTime + 0 * remaining',
      },
      {
        file: 'packages/client/src/account/keyPackages.ts',
        from: 'afresh || isForeign || free.length >= keptMax(pool)',
        to: 'afresh || isForeign',
      },
    ],
  },
  {
    name: 'devices of one kind see less',
    rule: 'I17',
    faults: [],
    bends: [
      {
        file: 'packages/client/src/room/receiveMessage.ts',
        from: '  if (isRepeated(desk, judged, message, sender.device)) return passed()\n',
        to: '  if (isRepeated(desk, judged, message, sender.device) || (tools.device[0]! % 2 === 0 && message[0]! < 64)) return passed()\n',
      },
    ],
  },
  {
    name: 'what an invitation without keys has missed is left out',
    rule: 'I17',
    faults: ['lost_keys', 'partition'],
    bends: [
      {
        file: 'packages/client/src/sync/bringIn.ts',
        from: 'stepped(acceptWithoutKeys(state, entry))',
        to: 'stepped({ ...acceptWithoutKeys(state, entry), place: state.place })',
      },
    ],
  },
  {
    name: 'a letter is not stored before the server forgets it',
    rule: 'L1',
    faults: ['client_crash', 'delay', 'partition'],
    bends: [
      {
        file: 'packages/lane/src/letters.ts',
        from: '      desk.store.write({ [key]: JSON.stringify(letter) })\n',
        to: '',
      },
    ],
  },
  {
    name: 'a letter that came before is not known again',
    rule: 'L2',
    faults: ['client_crash', 'delay', 'partition', 'loss'],
    bends: [
      {
        file: 'packages/lane/src/once.ts',
        from: 'if (underWay.has(row) || claims.iat < floorOf(claims.iss) || store.get(row) !== undefined)',
        to: 'if (false)',
      },
    ],
  },
  {
    name: 'mail is brought from its end',
    rule: 'L3',
    faults: ['client_crash', 'delay', 'partition'],
    bends: [
      {
        file: 'packages/server/src/store/openLane/mailStore.ts',
        from: ".where('id', '>', afterId)\n        .orderBy('id')",
        to: ".where('id', '>', afterId)\n        .orderBy('id', 'desc')",
      },
    ],
  },
  {
    name: 'a text goes beside what is sealed',
    rule: 'L4',
    faults: [],
    bends: [
      {
        file: 'packages/lane/src/requests.ts',
        from: '{ recipient: to, encrypted_payload })',
        to: '{ recipient: to, encrypted_payload, note: text })',
      },
    ],
  },
  {
    name: 'a key that has changed is taken for the right one',
    rule: 'L5',
    faults: [],
    bends: [
      {
        file: 'packages/lane/src/pins.ts',
        from: "return isChanged ? fail('KEY_CHANGED', name) : keys",
        to: 'return isChanged ? served : keys',
      },
      {
        file: 'packages/lane/src/pins.ts',
        from: 'const { keys, isChanged } = await believed(name, await fetchKey(name))',
        to: 'const { keys, isChanged, served } = await believed(name, await fetchKey(name))',
      },
      {
        file: 'packages/lane/src/pins.ts',
        from: 'return { keys: first ?? served, isChanged: other !== undefined }',
        to: 'return { keys: first ?? served, served, isChanged: other !== undefined }',
      },
    ],
  },
  {
    name: 'a program that was not let in does not come again',
    rule: 'L6',
    faults: ['server_full', 'server_crash', 'partition'],
    bends: [
      {
        file: 'packages/lane/src/line.ts',
        from: '  if (!comesBack) connectLater(line, failure)\n',
        to: '',
      },
    ],
  },
  {
    name: 'nobody is brought into the open room',
    rule: 'O1',
    faults: ['partition', 'client_crash'],
    bends: [
      {
        file: 'packages/client/src/openRoom/admission.ts',
        from: '    await bringIn({ ...deps, call: deps.line.call, isKeeping: isKeepingStill }, room, askers)\n',
        to: '    void isKeepingStill\n',
      },
    ],
  },
  {
    name: 'a second room becomes the open one',
    rule: 'O3',
    faults: [],
    bends: [
      {
        file: 'packages/server/src/openRoom/openRoom.ts',
        from: '    await refuseSecond(dependencies, id, caller.account)\n    const known',
        to: '    const known',
      },
      // A client asks for no second one by itself.
      {
        file: 'packages/client/src/openRoom/openRoom.ts',
        from: 'if (isOpen && known && !isKnown(state, id) && !isOwnerIn(deps, known.room))',
        to: 'if (known === undefined)',
      },
    ],
  },
  {
    name: 'chance that is not the seed’s',
    rule: 'I18',
    faults: ['server_crash', 'partition'],
    bends: [
      {
        file: 'packages/client/src/client.ts',
        from: 'chance: () => (provider.random(1)[0] ?? 0) / 255',
        to: 'chance: () => Math.random()',
      },
    ],
  },
  {
    name: 'the index says the place before',
    rule: 'I19',
    faults: [],
    bends: [
      {
        file: 'packages/client/src/room/receiveMessage.ts',
        from: '{ device: by, seq: entry.seq }',
        to: '{ device: by, seq: entry.seq - 1 }',
      },
    ],
  },
  {
    name: 'of what an account says of a message the first holds',
    rule: 'I20',
    faults: [],
    more: ['react'],
    bends: [
      {
        file: 'packages/client/src/timeline/marks.ts',
        from: 'return known.seq < next.seq ? before.with(at, next) : before',
        to: 'return before',
      },
    ],
  },
]
