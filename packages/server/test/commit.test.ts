import {
  decodeCommitAttachment,
  decodeEntry,
  encodeCommitAttachment,
  entryKinds,
  operations,
} from '@sotto/protocol'
import { buildRevokeDevice, extensionsWithPolicy, revocationGraceS, withoutMember } from '@sotto/trust'
import { commit, makeGroupInfo } from '@sotto/mls'
import { describe, expect, it } from 'vitest'
import { refusal } from './client/calling.ts'
import { testClock } from './client/clock.ts'
import { addDevice, learn, nowS, provider, publish, random, register } from './client/device.ts'
import {
  acceptWelcome,
  adopt,
  catchUp,
  createRoom,
  engineOf,
  envelopeFor,
  invitation,
  invite,
  policyIn,
  prepareCommit,
  type RawRoom,
  say,
  submit,
  write,
} from './client/room.ts'
import { testServer } from './client/testServer.ts'
import { codeOf, leafOf, together } from './client/together.ts'

describe('a commit', () => {
  it('of two that come at once wins, and the other hears of the new epoch', async () => {
    const { url } = await testServer()
    const { hers, his } = await together(url)
    const prepared = await Promise.all([hers, his].map((room) => prepareCommit(room, { forcePath: true })))
    const outcomes = await Promise.all(
      prepared.map(({ submission }, at) => refusal(submit([hers, his][at] as RawRoom, submission))),
    )
    expect(outcomes.map(({ code }) => code).toSorted()).toEqual(['accepted', 'stale_epoch'])
    const winner = outcomes.findIndex(({ code }) => code === 'accepted')
    const [won, lost] = winner === 0 ? [hers, his] : [his, hers]
    won.group = prepared[winner]?.staged as RawRoom['group']
    await catchUp(lost)
    await catchUp(won)
    await say(lost, 'I lost and am still here')
    await catchUp(won)
    expect(won.texts.at(-1)).toBe('I lost and am still here')
  })

  it('is one per epoch, with all messages of the epoch before it', async () => {
    const { url } = await testServer()
    const { hers, his } = await together(url)
    const texts = await Promise.all([1, 2, 3, 4].map(() => write(hers, 'racing')))
    const prepared = await prepareCommit(his, { forcePath: true })
    const outcomes = await Promise.all([
      ...texts.map((text) => codeOf(submit(hers, text))),
      codeOf(submit(his, prepared.submission)),
    ])
    for (const code of outcomes.slice(0, -1))
      expect(['accepted', 'stale_epoch', 'client_rollback']).toContain(code)
    expect(outcomes.at(-1)).toBe('accepted')
    const page = await hers.device.call(operations.readLog, { room: hers.id, from: 0 })
    const entries = page.messages.map(({ entry }) => decodeEntry(entry))
    let epoch = 0
    for (const { kind, epoch: of } of entries) {
      expect(of).toBe(epoch)
      if (kind === entryKinds.commit) epoch++
    }
  })

  it('DEL-6: that breaks the rules of the room is refused by name, and changes nothing', async () => {
    const { url } = await testServer()
    const { alice, hers, his } = await together(url)
    // Bob's own engine would refuse to make it, too: he is given one that does not ask.
    const reckless = { ...engineOf(his.device), checks: { leaf: () => undefined, commit: () => undefined } }
    const { authenticatedData } = envelopeFor(his, entryKinds.commit)
    const made = await commit(reckless, his.group, {
      proposals: [{ kind: 'remove', removed: leafOf(his, alice) }],
      authenticatedData,
    })
    const aux = encodeCommitAttachment({ groupInfo: made.groupInfo, welcome: null, meta: null })
    const refused = await refusal(submit(his, { message: made.message, aux }))
    expect(refused.code).toBe('policy')
    expect(refused.detail['rule']).toMatch(/^C3/)
    expect(await codeOf(say(hers, 'still here'))).toBe('accepted')
  })

  it('LOG-5: needs what rides with it', async () => {
    const { url } = await testServer()
    const { alice, hers } = await together(url)
    const carol = await register(url, 'carol')
    await publish(carol, 5)
    const proposals = await invitation(hers, carol.account)
    const attempt = async (
      change: (attachment: ReturnType<typeof decodeCommitAttachment>) => object | null,
    ) => {
      const { submission } = await prepareCommit(hers, { proposals })
      const changed = change(decodeCommitAttachment(submission.aux as Uint8Array))
      return codeOf(submit(hers, { ...submission, aux: changed && encodeCommitAttachment(changed as never) }))
    }
    expect(await attempt(() => null)).toBe('bad_request')
    expect(await attempt((own) => ({ ...own, welcome: null }))).toBe('bad_request')
    expect(await attempt((own) => ({ ...own, meta: null }))).toBe('bad_request')
    expect(await attempt((own) => ({ ...own, groupInfo: random(200) }))).toBe('policy')
    expect(await attempt((own) => ({ ...own, welcome: random(200) }))).toBe('policy')
    const old = await makeGroupInfo(engineOf(alice), hers.group)
    expect(await attempt((own) => ({ ...own, groupInfo: old }))).toBe('policy')
    const { staged } = await prepareCommit(hers, { proposals })
    const strange = await makeGroupInfo(engineOf(alice), staged)
    expect(await attempt((own) => ({ ...own, groupInfo: strange }))).toBe('policy')
    expect((await alice.call(operations.readLog, { room: hers.id, from: 0 })).head.seq).toBe(1)
    expect(await codeOf(prepareCommit(hers, { proposals }).then((one) => adopt(hers, one)))).toBe('accepted')
  })

  it('carries a Welcome for those it adds, and for nobody else', async () => {
    const { url } = await testServer()
    const { hers } = await together(url)
    const [carol, dave] = [await register(url, 'carol'), await register(url, 'dave')]
    await publish(carol, 2)
    await publish(dave, 2)
    const forCarol = await prepareCommit(hers, { proposals: await invitation(hers, carol.account) })
    const forDave = await prepareCommit(hers, { proposals: await invitation(hers, dave.account) })
    const own = decodeCommitAttachment(forCarol.submission.aux as Uint8Array)
    const other = decodeCommitAttachment(forDave.submission.aux as Uint8Array)
    const swapped = encodeCommitAttachment({ ...own, welcome: other.welcome })
    expect(await codeOf(submit(hers, { ...forCarol.submission, aux: swapped }))).toBe('bad_request')
    const alone = await prepareCommit(hers, { forcePath: true })
    const needless = encodeCommitAttachment({
      ...decodeCommitAttachment(alone.submission.aux as Uint8Array),
      welcome: other.welcome,
    })
    expect(await codeOf(submit(hers, { ...alone.submission, aux: needless }))).toBe('bad_request')
  })

  it("from somebody else's leaf is refused", async () => {
    const { url } = await testServer()
    const { bob, hers } = await together(url)
    const { submission } = await prepareCommit(hers, { forcePath: true })
    const asBob = { room: hers.id, message: submission.message, aux: submission.aux }
    expect(await codeOf(bob.call(operations.submitMessage, asBob))).toBe('not_member')
  })

  it('comes so often a minute and no oftener', async () => {
    const { url } = await testServer({ limits: { commitsPerRoomPerMinute: 2 } })
    const room = await createRoom(await register(url, 'alice'))
    const again = async () => adopt(room, await prepareCommit(room, { forcePath: true }))
    await again()
    await again()
    expect(await codeOf(again())).toBe('rate')
  })

  it('of an account that has made many bytes of them waits, and one that takes somebody out does not', async () => {
    const sizes = { commitBytesBurst: 30_000, commitBytesPerSecond: 1 }
    const { url } = await testServer({ limits: sizes })
    const { bob, hers } = await together(url)
    const again = async () => adopt(hers, await prepareCommit(hers, { forcePath: true }))
    const outcomes: string[] = []
    while (!outcomes.includes('rate') && outcomes.length < 20) outcomes.push(await codeOf(again()))
    expect(outcomes).toEqual([...outcomes.slice(0, -1).map(() => 'accepted'), 'rate'])
    expect(outcomes.length).toBeGreaterThan(1)
    const extensions = extensionsWithPolicy(
      hers.group.public.context,
      withoutMember(policyIn(hers), bob.account),
    )
    const removal = await prepareCommit(hers, {
      proposals: [
        { kind: 'remove', removed: leafOf(hers, bob) },
        { kind: 'group_context_extensions', extensions },
      ],
    })
    expect(await codeOf(adopt(hers, removal))).toBe('accepted')
  })

  it('DEL-17: of those who may take somebody out is not kept out by a member who commits on and on', async () => {
    const { url } = await testServer({ limits: { commitsPerRoomPerMinute: 4 } })
    const { hers, his } = await together(url)
    const again = async () => adopt(his, await prepareCommit(his, { forcePath: true }))
    for (let i = 0; i < 4; i++) await again()
    expect(await codeOf(again())).toBe('rate')
    await catchUp(hers)
    expect(await codeOf(adopt(hers, await prepareCommit(hers, { forcePath: true })))).toBe('accepted')
  })

  it('adds a further device of the own account', async () => {
    const { url } = await testServer()
    const { alice, hers } = await together(url)
    const second = await addDevice(alice)
    await publish(second)
    await invite(hers, alice.account)
    const theirs = await acceptWelcome(second, hers.id)
    expect(await codeOf(say(theirs, 'from my second device'))).toBe('accepted')
    await catchUp(hers)
    expect(hers.texts).toEqual(['from my second device'])
  })

  it('does not add a device that has been revoked since its key package was claimed', async () => {
    const clock = testClock()
    const { url } = await testServer({ clock })
    const { alice, hers } = await together(url)
    const carol = await register(url, 'carol')
    const second = await addDevice(carol)
    await publish(second)
    const proposals = await invitation(hers, carol.account)
    const state = await learn(carol, carol.account)
    const link = await buildRevokeDevice({
      provider,
      state,
      timeS: nowS(),
      device: second.id,
      reason: 'lost',
      by: { kind: 'identity', identity: carol.identity },
    })
    await carol.call(operations.appendLink, { link })
    clock.advance((revocationGraceS + 1) * 1000)
    const refused = await refusal(submit(hers, (await prepareCommit(hers, { proposals })).submission))
    expect(refused).toEqual({ code: 'policy', detail: { rule: 'LEAF-8' } })
    expect((await alice.call(operations.readLog, { room: hers.id, from: 0 })).head.seq).toBe(1)
  })
})
