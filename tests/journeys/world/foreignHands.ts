import type { Page } from '@playwright/test'

/**
 * Does to a page what a translator does, as soon as anything is written there and for as long as the page lives: every
 * text node is replaced by another one, two `<font>` deep, with other words. The first words stay readable in it.
 */
export const translateAll = async (page: Page): Promise<void> => {
  await page.addInitScript(() => {
    const wrap = () => document.createElement('font')
    const isTaken = (text: Text) => text.parentElement?.closest('font, script, style, textarea') !== null
    const take = (text: Text) => {
      if (text.data.trim() === '' && text.nextSibling === null && text.previousSibling === null) return
      const outer = wrap()
      outer.append(wrap())
      outer.firstChild?.appendChild(document.createTextNode(text.data))
      text.replaceWith(outer)
    }
    const all = () => {
      const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT)
      const texts: Text[] = []
      while (walker.nextNode()) texts.push(walker.currentNode as Text)
      for (const text of texts) if (!isTaken(text)) take(text)
    }
    new MutationObserver(all).observe(document, { childList: true, subtree: true, characterData: true })
  })
}

/** Texts of the page that React keeps hold of: whoever takes one of them away breaks the page. */
export const heldTexts = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const held: string[] = []
    while (walker.nextNode())
      if (Object.keys(walker.currentNode).some((key) => key.startsWith('__reactFiber')))
        held.push((walker.currentNode as Text).data)
    return held
  })
