import type { Browser, Page } from '@playwright/test'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keychainContract } from './contracts/keychain.ts'
import { storeContract } from './contracts/store.ts'
import { bundle, launchChromium, noBrowser, serveScripts, type Site } from './web/browser.ts'
import type { Contracts } from './web/contractPage.ts'

declare const contracts: Contracts

if (noBrowser) console.warn(noBrowser)

describe.skipIf(noBrowser)('in Chromium', () => {
  let browser: Browser
  let site: Site
  let page: Page

  beforeAll(async () => {
    site = await serveScripts(await bundle('contractPage.ts'), '/contractPage.js')
    browser = await launchChromium()
    page = await browser.newPage()
    await page.goto(site.origin)
    await page.waitForFunction(() => 'contracts' in globalThis)
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  describe('the IndexedDB store keeps the contract of stores', () => {
    for (const { title } of storeContract)
      it(title, () => page.evaluate((one) => contracts.store(one), title))
  })

  it('leaves a database alone that a newer program has laid out', async () => {
    expect(await page.evaluate(() => contracts.newerDatabase())).toEqual(['storage_newer', 2])
  })

  describe('the keychain of the browser keeps the contract of keychains', () => {
    for (const { title } of keychainContract)
      it(title, () => page.evaluate((one) => contracts.keychain(one), title))

    it('holds keys that no script can export', async () => {
      expect(await page.evaluate(() => contracts.exportableKeys())).toEqual([false, false])
    })
  })

  describe('without Ed25519 in the browser, too', () => {
    for (const { title } of keychainContract)
      it(title, () => page.evaluate((one) => contracts.keychainInJs(one), title))
  })
})
