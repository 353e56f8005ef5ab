import { operations, type SignedLink } from '@sotto/protocol'
import { buildRevokeDevice, revocationGraceS } from '@sotto/trust'
import { equalBytes } from '@sotto/protocol'
import { provider } from './insider.ts'
import type { Lie } from './liar.ts'
import type { Stage } from './stage.ts'

const links = new WeakMap<Stage, Promise<SignedLink>>()

/** The link by which zed's device has taken itself out of its account. */
export const revocationOf = async (
  stage: Stage,
): Promise<{ readonly link: SignedLink; readonly timeS: number }> => {
  const { zed } = stage.members
  const timeS = zed.chain.timeS + 1
  const known =
    links.get(stage) ??
    buildRevokeDevice({
      provider,
      state: zed.chain,
      timeS,
      device: zed.device,
      reason: 'lost',
      by: { kind: 'device', signer: zed.signer },
    })
  links.set(stage, known)
  return { link: await known, timeS }
}

/** The directory shows the revocation, and it has been long enough ago to count. */
export const afterRevocation = async (
  stage: Stage,
): Promise<{ readonly timeMs: number; readonly lie: Lie }> => {
  const { link, timeS } = await revocationOf(stage)
  const { account, chain } = stage.members.zed
  return {
    timeMs: (timeS + revocationGraceS + 1) * 1000,
    lie: {
      answer: (name, input, honest) =>
        name === operations.readChain.name && equalBytes(input['account'] as Uint8Array, account)
          ? honest().then((answer) => {
              const { links: before, ...rest } = answer as { links: readonly SignedLink[] }
              const isBehind = (input['from'] as number) <= chain.seq + 1
              return { ...rest, links: isBehind ? [...before, link] : before }
            })
          : undefined,
    },
  }
}

/** The account says it where all can see it, and the server's clock goes on until it counts. */
export const revokeAtTheServer = async (stage: Stage): Promise<void> => {
  const { link } = await revocationOf(stage)
  await stage.line.call(operations.appendLink, { link }, stage.members.zed.token)
  stage.pass((revocationGraceS + 60) * 1000)
}
