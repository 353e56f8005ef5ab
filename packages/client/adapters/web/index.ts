export { openSotto, type WebSottoOptions } from './sotto.ts'
export { openWebClient, type WebClientOptions } from './webClient.ts'
