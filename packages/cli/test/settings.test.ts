import { describe, expect, it } from 'vitest'
import { exampleSecretIn, hostVariables, isProduction, notUsed } from '../src/host/variables.ts'
import { sottoCommand } from '../src/main.ts'

describe('a secret from published instructions', () => {
  it.each([
    'dev',
    'development',
    'changeme',
    'change-me',
    'CHANGE_ME!',
    'secret',
    'secret!',
    'supersecretkey',
    'super secret key',
    'your-secret-key-here',
    'your_secret_key',
    'my-super-secret-key-change-in-production',
    'dev-secret-key-change-this-in-production',
    'this is a secret',
    'hard to guess string',
    'password123',
    'test',
    'xxxxxxxx',
    '123456',
    'django-insecure-8fj2k1-zz',
    '192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf',
    '_5#y2L"F4Q8z\\n\\xec]/',
  ])('%s is known', (secret) => {
    expect(exampleSecretIn({ SECRET_KEY: secret })).toBe('SECRET_KEY')
    expect(exampleSecretIn({ JWT_SECRET: secret })).toBe('JWT_SECRET')
  })

  it.each([
    '3f9c1b7a5e2d4c6f8a0b1c2d3e4f5a6b',
    'correct horse battery staple',
    'dev-7d8f6a5b4c3e2f1a',
    `${'a'.repeat(40)}7f`,
    'x'.repeat(100_000) + '7f',
  ])('%.40s… is not', (secret) => {
    expect(exampleSecretIn({ SECRET_KEY: secret })).toBeUndefined()
  })

  it('is looked for where secrets are, and not where there is none', () => {
    expect(exampleSecretIn({ SECRET_KEY: '', FLASK_ENV: 'dev', SOTTO_DATA: 'dev' })).toBeUndefined()
  })
})

describe('what is no trial', () => {
  it.each([
    [{ FLASK_ENV: 'production' }, true],
    [{ FLASK_ENV: 'Production ' }, true],
    [{ NODE_ENV: 'production' }, true],
    [{ FLASK_ENV: 'development', NODE_ENV: 'production' }, false],
    [{ FLASK_ENV: '' }, undefined],
    [{}, undefined],
  ] as const)('%o', (environment, verdict) => {
    expect(isProduction(environment)).toBe(verdict)
  })
})

describe('settings that do nothing', () => {
  it('are named once each, with what is used, and never with what stands in them', () => {
    const told = notUsed(
      {
        PATH: '/bin',
        MONGO_URI: 'mongodb://user:hunter2@db',
        SOTTO_TRUST_PROXIES: 'loopback',
        PORT: '1',
        REDIS_URL: '',
      },
      ['FOO', 'MONGO_URI'],
    )
    expect(told.map(({ name, instead }) => [name, instead === null])).toEqual([
      ['FOO', true],
      ['MONGO_URI', false],
      ['SOTTO_TRUST_PROXIES', true],
    ])
    expect(JSON.stringify(told)).not.toContain('hunter2')
  })

  it('are not those that an option of the host names', () => {
    const described = ['serve', 'invite', 'admin'].flatMap((name) => {
      const command = sottoCommand().commands.find((one) => one.name() === name)
      return [command, ...(command?.commands ?? [])].flatMap((one) => one?.options ?? [])
    })
    const names = described.flatMap(({ description }) =>
      [...description.matchAll(/\(([A-Z]+(?:_[A-Z]+)*)(?:=off)?\)/g)].map(([, name = '']) => name),
    )
    expect(new Set(names)).toEqual(hostVariables)
  })

  it('are not those that Sotto itself reads', () => {
    expect(
      notUsed({ SOTTO_PROFILE: 'x', SOTTO_SERVER: 'x', SOTTO_DATA: 'x', SOTTO_ENV_FILE: 'off' }, []),
    ).toEqual([])
  })
})
