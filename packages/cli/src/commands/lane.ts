import { Command } from 'commander'
import { laneLoginCommand } from './laneLogin.ts'
import { laneReceiveCommand } from './laneReceive.ts'
import { laneRegisterCommand } from './laneRegister.ts'
import { laneRoomsCommand } from './laneRooms.ts'
import { laneSendCommand } from './laneSend.ts'
import { laneTrustCommand } from './laneTrust.ts'
import { laneWhoamiCommand } from './laneWhoami.ts'

export const laneCommand = (): Command =>
  new Command('lane')
    .description('for scripts and programs: send and receive over the open lane, without a device')
    .addCommand(laneRegisterCommand())
    .addCommand(laneLoginCommand())
    .addCommand(laneWhoamiCommand())
    .addCommand(laneSendCommand())
    .addCommand(laneReceiveCommand())
    .addCommand(laneRoomsCommand())
    .addCommand(laneTrustCommand())
