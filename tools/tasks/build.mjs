import { buildWeb } from '../web.mjs'
import { say } from '../say.mjs'

/** All that writes into this folder, so that another user, who may only read it, can start what is there. */
export const run = async () => {
  await buildWeb()
  say('Built. Whoever may read this folder can start it now: npm start')
  return 0
}
