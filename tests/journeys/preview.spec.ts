import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { pageHeadersOf, securityHeaders } from '@sotto/server'
import { heldTexts } from './world/foreignHands.ts'
import { buildPreview } from './world/previewSite.ts'
import { serveFolder } from './world/staticSite.ts'

/** Each screen of the web client: where the preview begins, and how one gets there from that. */
interface Screen {
  readonly scene: string
  readonly room?: string
  readonly reach: (page: Page) => Promise<void>
}

const sees = (text: string | RegExp) => async (page: Page) => {
  await expect(page.getByText(text).last()).toBeVisible()
}

const opens = (item: string, heading: string) => async (page: Page) => {
  await page.getByRole('button', { name: 'Menu of alice' }).first().click()
  await page.getByRole('menuitem', { name: item }).click()
  await expect(page.getByRole('dialog', { name: heading }).or(page.getByRole('alertdialog'))).toBeVisible()
}

const opensTokens = async (page: Page) => {
  await opens('Settings', 'Settings')(page)
  await page.getByRole('button', { name: 'Manage' }).click()
  await expect(page.getByRole('dialog', { name: 'Access tokens' })).toBeVisible()
}

const presses = (keys: string, dialog: string | RegExp) => async (page: Page) => {
  await expect(page.getByRole('textbox', { name: /^Message to/ })).toBeVisible()
  // What the own role allows is known a moment after the room is there.
  await expect(async () => {
    await page.keyboard.press(keys)
    await expect(page.getByRole('dialog', { name: dialog })).toBeVisible({ timeout: 1000 })
  }).toPass()
}

const membersShown = async (page: Page) => {
  await expect(page.getByRole('textbox', { name: /^Message to/ })).toBeVisible()
  await page.keyboard.press('Control+.')
  await expect(page.getByRole('list', { name: 'Members' })).toBeVisible()
}

const asksAbout = (name: string, item: string) => async (page: Page) => {
  await membersShown(page)
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: item }).click()
  await expect(page.getByRole('alertdialog')).toBeVisible()
}

const screens: Readonly<Record<string, Screen>> = {
  'sign up': { scene: 'none', reach: sees('Create your account') },
  'a taken name': {
    scene: 'none',
    reach: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('taken')
      await page.getByLabel('Password', { exact: true }).fill('velvet orbit lamp tulip')
      await page.getByRole('button', { name: 'Create account' }).click()
      await expect(page.getByText('That name is taken')).toBeVisible()
    },
  },
  'a name with something that nobody sees': {
    scene: 'none',
    reach: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('alic\u034fe')
      await page.getByRole('button', { name: 'Create account' }).click()
      await expect(page.getByText('This name contains an invisible character.')).toBeVisible()
    },
  },
  'sign up by invitation': {
    scene: 'by_invitation',
    reach: async (page) => {
      await page.getByLabel('Invite key').fill('not a key')
      await page.getByRole('button', { name: 'Create account' }).click()
      await expect(page.getByText('not an invite key or an invite link')).toBeVisible()
    },
  },
  'no new accounts': { scene: 'closed', reach: sees('does not accept new accounts') },
  'sign in': { scene: 'signed_out', reach: sees('Welcome back') },
  'a wrong password': {
    scene: 'signed_out',
    reach: async (page) => {
      await page.getByLabel('Password', { exact: true }).fill('wrong password')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await expect(page.getByText('The name or the password is wrong.')).toBeVisible()
    },
  },
  'use another account': {
    scene: 'signed_out',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Use another account on this device' }).click()
      await expect(page.getByRole('alertdialog')).toBeVisible()
    },
  },
  'first run': { scene: 'first', reach: sees(/Welcome, /) },
  'first run, closed by choice': {
    scene: 'first',
    reach: async (page) => {
      await page.getByRole('checkbox', { name: 'Open to everyone here' }).uncheck()
      await expect(page.getByRole('heading', { name: 'Also on this server' })).toBeVisible()
    },
  },
  'first run where a room is open': {
    scene: 'open_first',
    reach: sees('Everyone with an account on this server'),
  },
  'waiting for a member': { scene: 'open_waiting', reach: sees(/^Waiting for a member of/) },
  'an open room in the list': {
    scene: 'open_desk',
    reach: async (page) => {
      await page.getByRole('link', { name: /^Everybody/ }).click()
      await expect(page.getByRole('button', { name: 'Join Everybody' })).toBeVisible()
    },
  },
  'opening a room': {
    scene: 'open_desk',
    room: '0f02',
    reach: async (page) => {
      await expect(page.getByRole('textbox', { name: /^Message to/ })).toBeVisible()
      await page.getByRole('button', { name: 'Room menu' }).click()
      await page.getByRole('menuitem', { name: /Open to everyone here|Close to newcomers/ }).click()
      await expect(page.getByRole('alertdialog')).toBeVisible()
    },
  },
  'room list': { scene: 'desk', reach: sees('Design review') },
  conversation: { scene: 'desk', room: '0f01', reach: sees('This one was written in a tunnel.') },
  'hostile texts': {
    scene: 'desk',
    room: '0f01',
    reach: async (page) => {
      await expect(page.getByText('This one was written in a tunnel.').last()).toBeVisible()
      const first = page.getByText('<script>alert("hello")</script>')
      await page.getByRole('region', { name: 'Messages in General' }).hover()
      await expect(async () => {
        await page.mouse.wheel(0, -400)
        await expect(first).toBeInViewport({ timeout: 200 })
      }).toPass()
    },
  },
  'unread messages': { scene: 'desk', room: '0f02', reach: sees('Second one. No doubt.') },
  'what scripts post': {
    scene: 'desk',
    room: '0f04',
    reach: async (page) => {
      const posts = page.getByRole('article', { name: 'hook Alertmanager' })
      await expect(posts).toHaveCount(2)
      await expect(page.getByText(/is not shown: its signature is wrong/)).toBeVisible()
      await membersShown(page)
      const hooks = page.getByRole('region', { name: 'Hooks' })
      await expect(hooks.getByText(/hook Alertmanager/)).toBeVisible()
    },
  },
  'an empty room': { scene: 'desk', room: '0f06', reach: sees('This is where Lisbon begins') },
  'a room that catches up': { scene: 'desk', room: '0f07', reach: sees(/Catching up: 128 entries/) },
  'bots in a room': { scene: 'bots', room: '0b01', reach: sees(/The disk of db-2/) },
  'commands to choose from': {
    scene: 'bots',
    room: '0b01',
    reach: async (page) => {
      await page.getByRole('textbox', { name: /^Message to/ }).fill('/')
      await expect(page.getByRole('option')).toHaveCount(10)
      await page.keyboard.press('ArrowUp')
    },
  },
  'a command that nobody knows': {
    scene: 'bots',
    room: '0b01',
    reach: async (page) => {
      await page.getByRole('textbox', { name: /^Message to/ }).fill('/nonsense')
      await page.keyboard.press('Enter')
      await expect(page.getByText(/There is no command/)).toBeVisible()
    },
  },
  commands: {
    scene: 'bots',
    room: '0b01',
    reach: async (page) => {
      await page.getByRole('textbox', { name: /^Message to/ }).fill('/help')
      await page.keyboard.press('Enter')
      await expect(page.getByRole('dialog', { name: 'Commands' })).toBeVisible()
    },
  },
  'bots among the members': {
    scene: 'bots',
    room: '0b01',
    reach: async (page) => {
      await membersShown(page)
      await expect(page.getByText(/A program/)).toBeVisible()
    },
  },
  'messages without a key': {
    scene: 'recovery',
    room: '0e01',
    reach: async (page) => {
      const line = page.getByRole('button', { name: /messages without a key/ })
      await line.press('Enter')
      await expect(page.getByText(/3 messages of yours/)).toBeVisible()
    },
  },
  'a device that reads what it missed': {
    scene: 'recovery',
    room: '0e02',
    reach: sees(/is reading what it/),
  },
  'a device that comes back in': { scene: 'recovery', room: '0e03', reach: sees(/with new keys/) },
  'a device that asks to be let in': { scene: 'recovery', room: '0e04', reach: sees(/has asked to be let/) },
  'a room that waits for the server': { scene: 'recovery', room: '0e05', reach: sees(/continues by itself/) },
  'a room that waits, and may be founded anew': {
    scene: 'recovery',
    room: '0e0e',
    reach: async (page) => {
      await expect(
        page.getByText('3,500 of 7,900 lost entries have been given back to the server.'),
      ).toBeVisible()
      await expect(page.getByRole('button', { name: 'Start this room again' })).toBeVisible()
    },
  },
  'a room to come back into': { scene: 'recovery', room: '0e06', reach: sees(/try once more/) },
  'a room to found anew': { scene: 'recovery', room: '0e07', reach: sees(/You are an owner/) },
  'founding a room anew': {
    scene: 'recovery',
    room: '0e07',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Start this room again' }).click()
      await expect(page.getByText('Who is invited')).toBeVisible()
      await expect(page.getByRole('alertdialog').getByText('bob')).toBeVisible()
    },
  },
  'a room whose owner has to be asked': { scene: 'recovery', room: '0e08', reach: sees('chiara') },
  'a changed identity': {
    scene: 'recovery',
    room: '0e0c',
    reach: sees(/ask the member, by phone or in person/),
  },
  'a server that breaks its word': { scene: 'recovery', room: '0e0d', reach: sees(/does not match/) },
  'a room that was founded anew': { scene: 'recovery', room: '0e09', reach: sees('Go to the new room') },
  'the new room': { scene: 'recovery', room: '0e0a', reach: sees('Read the earlier room') },
  'an invitation that may continue a room': {
    scene: 'recovery',
    room: '0e0b',
    reach: sees(/This may be the room in which it continues/),
  },
  'a device that has stopped': { scene: 'halted', room: '0f02', reach: sees(/Sotto has stopped/) },
  'a frozen room': { scene: 'desk', room: '0f08', reach: sees('This room is frozen.') },
  'a room one is no member of': {
    scene: 'desk',
    room: '0f05',
    reach: sees(/What you received before stays/),
  },
  'a room that was left': {
    scene: 'desk',
    room: '0f13',
    reach: async (page) => {
      await sees(/You left this room\. What you received before stays/)(page)
      await sees('The tulips are in. Thank you all!')(page)
    },
  },
  'deleting a room': {
    scene: 'desk',
    room: '0f13',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Room menu' }).click()
      await page.getByRole('menuitem', { name: 'Delete from this device' }).click()
      await expect(page.getByRole('alertdialog', { name: /^Delete Garden committee/ })).toBeVisible()
    },
  },
  'earlier rooms': {
    scene: 'desk',
    room: '0f02',
    reach: async (page) => {
      await page.goto(page.url().replace(/#.*/, '#/'))
      await page.getByRole('button', { name: /^Earlier rooms/ }).click()
      await expect(page.getByRole('link', { name: /Offsite 2025/ })).toBeVisible()
    },
  },
  'an invitation back': {
    scene: 'desk',
    room: '0f14',
    reach: async (page) => {
      await sees(/You are invited back/)(page)
      await sees('Next time: the second chapter.')(page)
    },
  },
  'leaving as the only owner': {
    scene: 'desk',
    room: '0f03',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Room menu' }).click()
      await page.getByRole('menuitem', { name: 'Leave room' }).click()
      await page.getByRole('button', { name: 'Leave room' }).click()
      await sees(/Make someone else an owner first/)(page)
    },
  },
  'an invitation': { scene: 'desk', room: '0f11', reach: sees('You are invited to a room') },
  'blocking whoever invites': {
    scene: 'desk',
    room: '0f11',
    reach: async (page) => {
      await page.getByRole('button', { name: /^Block/ }).click()
      await expect(page.getByRole('alertdialog', { name: /^Block/ })).toBeVisible()
    },
  },
  joining: { scene: 'desk', room: '0f09', reach: sees('Joining the room') },
  'an unknown room': { scene: 'desk', room: 'ffff', reach: sees('This room is not on this device') },
  'a slower connection': { scene: 'slower', reach: sees('Connected, but slower') },
  'a proxy without its server': {
    scene: 'no_answer',
    room: '0f02',
    reach: sees(/says that the server is down/),
  },
  'something else in place of the server': {
    scene: 'untrusted',
    room: '0f02',
    reach: sees(/Something other than the Sotto server answers/),
  },
  offline: { scene: 'offline', room: '0f02', reach: sees(/No connection\. What you write is kept/) },
  'another server': { scene: 'refused', room: '0f02', reach: sees(/The server that answers is not the one/) },
  'a history that cannot be loaded': { scene: 'broken', room: '0f02', reach: sees(/could not be loaded/) },
  'new room': { scene: 'desk', room: '0f02', reach: presses('Control+Shift+O', 'New room') },
  'a room name that turns text': {
    scene: 'desk',
    room: '0f02',
    reach: async (page) => {
      await presses('Control+Shift+O', 'New room')(page)
      await page.getByLabel('Room name').fill('a\u202eb')
      await page.getByRole('button', { name: 'Create room' }).click()
      await expect(page.getByText('changes the direction of text')).toBeVisible()
    },
  },
  invite: { scene: 'desk', room: '0f02', reach: presses('Control+Shift+A', /Invite to/) },
  'who has just signed up': {
    scene: 'desk',
    room: '0f02',
    reach: async (page) => {
      await presses('Control+Shift+A', /Invite to/)(page)
      const dialog = page.getByRole('dialog', { name: /Invite to/ })
      await dialog.getByLabel('Names').fill('newcomer')
      await dialog.getByRole('button', { name: 'Invite', exact: true }).click()
      await expect(dialog.getByText(/just signed up/)).toBeVisible()
    },
  },
  'several invited at once': {
    scene: 'desk',
    room: '0f02',
    reach: async (page) => {
      await presses('Control+Shift+A', /Invite to/)(page)
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Names').fill('dora, emil nobody full')
      await dialog.getByRole('button', { name: 'Invite', exact: true }).click()
      await expect(dialog.getByText('2 people are invited.')).toBeVisible()
      await expect(dialog.getByText(/nobody: Nobody here has that name/)).toBeVisible()
      await expect(dialog.getByText(/full: This room is full/)).toBeVisible()
      // Who was refused stays in the field.
      await expect(dialog.getByLabel('Names')).toHaveValue('nobody full')
    },
  },
  members: { scene: 'desk', room: '0f02', reach: membersShown },
  'changing a role': {
    scene: 'desk',
    room: '0f02',
    reach: async (page) => {
      await asksAbout('bob', 'Change role')(page)
      await page.getByRole('radio', { name: 'Owner' }).check()
      await expect(page.getByText('An owner can take your role away.')).toBeVisible()
    },
  },
  'removing a member': { scene: 'desk', room: '0f02', reach: asksAbout('bob', 'Remove from the room') },
  leave: {
    scene: 'desk',
    room: '0f02',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Room menu' }).click()
      await page.getByRole('menuitem', { name: 'Leave room' }).click()
      await expect(page.getByRole('alertdialog', { name: /Leave Design review/ })).toBeVisible()
    },
  },
  'account menu': {
    scene: 'desk',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Menu of alice' }).click()
      await expect(page.getByRole('menuitem', { name: 'Settings' })).toBeVisible()
    },
  },
  settings: { scene: 'desk', reach: opens('Settings', 'Settings') },
  'access tokens': {
    scene: 'desk',
    reach: async (page) => {
      await opensTokens(page)
      await expect(page.getByRole('list', { name: 'Your access tokens' })).toBeVisible()
    },
  },
  'no access tokens': {
    scene: 'first',
    reach: async (page) => {
      await opensTokens(page)
      await sees('You have no access tokens.')(page)
    },
  },
  'a server that takes no programs': {
    scene: 'broken',
    reach: async (page) => {
      await opensTokens(page)
      await sees(/Programs cannot use this server/)(page)
    },
  },
  'a new access token': {
    scene: 'desk',
    reach: async (page) => {
      await opensTokens(page)
      await page.getByRole('button', { name: 'New access token' }).click()
      await page.getByRole('button', { name: 'Create access token' }).click()
      await sees('Say what it is for.')(page)
    },
  },
  'an access token that was made': {
    scene: 'desk',
    reach: async (page) => {
      await opensTokens(page)
      await page.getByRole('button', { name: 'New access token' }).click()
      await page.getByLabel('What it is for').fill('Backups')
      await page.getByRole('button', { name: 'Create access token' }).click()
      await sees(/curl -sS/)(page)
    },
  },
  'revoking an access token': {
    scene: 'desk',
    reach: async (page) => {
      await opensTokens(page)
      await page.getByRole('button', { name: 'Revoke cron' }).click()
      await expect(page.getByRole('alertdialog', { name: /^Revoke/ })).toBeVisible()
    },
  },
  shortcuts: { scene: 'desk', reach: opens('Keyboard shortcuts', 'Keyboard shortcuts') },
  'what the server sees': { scene: 'desk', reach: opens('What the server sees', 'What the server sees') },
  'sign out': { scene: 'desk', reach: opens('Sign out', 'Sign out') },
  'an insecure address': { scene: 'insecure', reach: sees('This address is not secure') },
}

let site: Awaited<ReturnType<typeof serveFolder>>

test.beforeAll(async () => {
  const folder = await buildPreview()
  const ofPage = (path: string) => pageHeadersOf(readFileSync(join(folder, path), 'utf8'))
  site = await serveFolder(folder, (path) => ({
    ...securityHeaders(false),
    ...(path.endsWith('.html') ? ofPage(path) : {}),
  }))
})
test.afterAll(() => site.close())

const looks = [
  { theme: 'light', width: 1280, height: 800 },
  { theme: 'dark', width: 360, height: 740 },
] as const

/** Errors and refused policies of a page since they were last taken. */
const complaintsOf = (page: Page): (() => readonly string[]) => {
  let complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // A feature that this browser does not know is not there to be switched off.
    if (message.text().includes('Unrecognized feature')) return
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  return () => {
    const taken = complaints
    complaints = []
    return taken
  }
}

const barriersIn = async (page: Page, name: string): Promise<readonly unknown[]> => {
  const { violations } = await new AxeBuilder({ page })
    // Without frames of other origins there is nothing for which a page of its own would be needed.
    .setLegacyMode(true)
    // Base UI's edges of a menu: they hand the focus on and hold nothing. It floats above the landmarks.
    .exclude('[data-base-ui-focus-guard]')
    .options({ resultTypes: ['violations'], rules: { region: { enabled: name !== 'account menu' } } })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  return violations.map(({ id, nodes }) => [
    id,
    nodes.map(({ html, failureSummary }) => [html, failureSummary]),
  ])
}

const fits = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)

// A film of a hundred screens costs more than the screens; what is wrong with one is said in words.
test.use({ trace: 'off' })

for (const { theme, width, height } of looks)
  test(`every screen is accessible and keeps to the content policy: ${theme}, ${width} px`, async ({
    browser,
  }) => {
    test.setTimeout(600_000)
    const context = await browser.newContext({
      colorScheme: theme,
      viewport: { width, height },
      reducedMotion: 'reduce',
    })
    // There is no server that would say how it sees the page.
    await context.route('**/seen', (route) => route.fulfill({ json: {} }))
    const page = await context.newPage()
    const complaints = complaintsOf(page)
    for (const [name, { scene, room, reach }] of Object.entries(screens))
      await test.step(name, async () => {
        await page.goto(`${site.url}/preview.html?scene=${scene}${room ? `#/room/${room}` : ''}`)
        await reach(page)
        expect(await barriersIn(page, name), name).toEqual([])
        expect(await fits(page), `${name}: nothing hangs over the edge`).toBe(true)
        expect(await heldTexts(page), `${name}: a translator may take every text`).toEqual([])
        // The next screen begins with nothing of this one.
        await page.goto('about:blank')
        expect(complaints(), name).toEqual([])
      })
    await context.close()
  })
