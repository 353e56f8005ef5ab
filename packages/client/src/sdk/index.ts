export { type Deliveries, deliveriesOf, type Delivered } from './deliveries.ts'
export type { Message, SottoEvents } from './events.ts'
export type { HistoryOptions, HistoryPage } from './history.ts'
export { isOver, isReadable, readUpTo } from './reading.ts'
export { type Credentials, type Sent, signInAs, type Sotto, sottoOf } from './sotto.ts'
export {
  type Bot,
  type BotAnswer,
  type BotDeps,
  type BotMessage,
  type BotOptions,
  registerBot,
  startBot,
} from './bot/bot.ts'
export type { BotTrouble } from './bot/handling.ts'
export type { BotInvitations } from './bot/presence.ts'
export type { BotCommand, BotScope } from './bot/scope.ts'
