import { existsSync } from 'node:fs'
import { type Browser, chromium } from '@playwright/test'

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

/** Why nothing can be done in a browser here; undefined when it can. */
export const noBrowser: string | undefined = existsSync(executablePath)
  ? undefined
  : 'no Chromium here: install it, or name its program file in CHROMIUM'

/** Debian's Chromium; as root it has no sandbox of its own, and nothing here reaches another machine. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Two tabs die one by one, as they do for people with many of them.
      '--process-per-tab',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  })
