import { defineConfig } from '@playwright/test'

/** Debian's Chromium; as root it has no sandbox of its own, and nothing here reaches another machine. */
const args = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
]

export default defineConfig({
  testDir: '.',
  outputDir: '../../build/journeys',
  // Browsers, servers and Argon2 share two cores: one journey at a time.
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    actionTimeout: 20_000,
    browserName: 'chromium',
    launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args },
    viewport: { width: 1280, height: 800 },
    // Of every page a film would be drawn; what it was made of tells as much.
    trace: { mode: 'retain-on-failure', screenshots: false, sources: false },
  },
})
