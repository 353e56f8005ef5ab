import { chatMessageForms, keyEntryForms, signatureForms } from '@sotto/protocol'
import { type OpenEvent, openEvents } from '../events.ts'
import { openFailures, type OpenCode } from '../failure.ts'
import type { JsonSchema } from '../form/shape.ts'
import { type OpenOperation, openOperations } from '../operations.ts'
import { acknowledgement, serverEvents } from '../serverEvents.ts'
import { about, title } from './about.ts'
import { bounds } from './bounds.ts'
import { type Html, html, prose } from './html.ts'
import { styleIntegrity } from './style.ts'
import { fieldsOf, remarksOf, signatureOf } from './schemaText.ts'

// oxlint-disable-next-line typescript/no-explicit-any -- only the schema of the input is read
type AnyOperation = OpenOperation<any>
// oxlint-disable-next-line typescript/no-explicit-any -- only the schema of the input is read
type AnyEvent = OpenEvent<any>

/** Of a list that may come as an object, too: the list. */
const firstOf = (schema: JsonSchema): JsonSchema => {
  const { anyOf } = schema
  return Array.isArray(anyOf) ? ((anyOf as readonly JsonSchema[])[0] ?? schema) : schema
}

const fieldTable = (caption: string, whole: JsonSchema): Html => {
  const schema = firstOf(whole)
  const items = (schema['items'] ?? schema) as JsonSchema
  const fields = fieldsOf(items)
  const heading = schema['items'] === undefined ? caption : `${caption}: a list, each of`
  if (fields.length === 0)
    return html`<p class="fields-none">${caption}: <code>${signatureOf(schema)}</code></p>`
  return html`<div class="table">
    <table>
      <caption>
        ${heading}
      </caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Type</th>
          <th scope="col">Remarks</th>
        </tr>
      </thead>
      <tbody>
        ${fields.map(
          ({ name, type, isRequired, remarks }) =>
            html`<tr>
              <th scope="row">
                <code>${name}</code>${isRequired ? null : html` <span class="optional">optional</span>`}
              </th>
              <td><code class="type">${type}</code></td>
              <td>${remarks}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

const codeList = (codes: readonly OpenCode[]): Html | null =>
  codes.length === 0
    ? null
    : html`<p class="codes">
        Refused with
        ${codes.map((code, at) => html`${at === 0 ? '' : ' '}<a href="#${code}"><code>${code}</code></a>`)}
      </p>`

const accessText = ({ access }: AnyOperation): string => {
  switch (access.kind) {
    case 'anyone':
      return 'anyone'
    case 'lane':
      return access.scope
    case 'person':
      return 'a person’s client'
  }
}

const operationEntry = (operation: AnyOperation): Html =>
  html`<details class="entry" id="${operation.name}">
    <summary>
      <span class="verb ${operation.method.toLowerCase()}">${operation.method}</span
      ><code class="name">${[operation.path, ...operation.aliases].join(', ')}</code
      ><span class="summary">${prose(operation.summary)}</span>
    </summary>
    <div class="body">
      <p class="access">Access: <strong>${accessText(operation)}</strong></p>
      ${fieldsOf(operation.input.schema).length > 0 ? fieldTable('Takes', operation.input.schema) : null}
      ${fieldTable(`Answers ${operation.status}`, operation.output)} ${codeList(operation.codes)}
    </div>
  </details>`

const eventEntry = (event: AnyEvent): Html =>
  html`<details class="entry" id="${event.name}">
    <summary>
      <span class="verb emit">EMIT</span
      ><code class="name">${event.event} ${signatureOf(event.input.schema)}</code
      ><span class="summary">${prose(event.summary)}</span>
    </summary>
    <div class="body">
      <p class="access">Access: <strong>${event.scope}</strong></p>
      ${fieldTable('Takes', event.input.schema)} ${codeList(event.codes)}
    </div>
  </details>`

const heardEntry = (event: string, payload: JsonSchema, key: string): Html =>
  html`<details class="entry" id="${key}">
    <summary>
      <span class="verb on">ON</span><code class="name">${event} ${signatureOf(payload)}</code>
    </summary>
    <div class="body">${fieldTable('Holds', payload)}</div>
  </details>`

const errors = (): Html =>
  html`<div class="table">
    <table class="errors">
      <thead>
        <tr>
          <th scope="col">Code</th>
          <th scope="col">Status</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${Object.entries(openFailures).map(
          ([code, { status, text }]) =>
            html`<tr id="${code}">
              <th scope="row"><code>${code}</code></th>
              <td>${status}</td>
              <td>${text}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`

const boundTable = (): Html =>
  html`<div class="table">
    <table class="errors">
      <thead>
        <tr>
          <th scope="col">Of what</th>
          <th scope="col">At most</th>
        </tr>
      </thead>
      <tbody>
        ${bounds.map(
          ({ what, bound }) =>
            html`<tr>
              <th scope="row">${prose(what)}</th>
              <td>${bound}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`

const formList = (forms: readonly { readonly name: string; readonly says: string }[]): Html =>
  html`<ul>
    ${forms.map(({ says }) => html`<li>${prose(says)}</li>`)}
  </ul>`

/** The fields of an envelope, in the words of the schema that the server checks by. */
const envelopeText = (): string => {
  const { schema } = openEvents.message.input
  const { encrypted_payload: envelope } = schema['properties'] as Record<string, JsonSchema>
  return remarksOf(envelope ?? {})
}

const sections: readonly { readonly id: string; readonly name: string; content(): Html }[] = [
  {
    id: 'rest',
    name: 'REST',
    content: () =>
      html`<p>
          Bodies are <code>application/json</code>. A session comes as
          <code>Authorization: Bearer TOKEN</code> or as the cookie of <code>POST /login</code>.
        </p>
        ${Object.values(openOperations).map(operationEntry)}`,
  },
  {
    id: 'sent',
    name: 'Events you send',
    content: () =>
      html`<p>
          Socket.IO 4, path <code>/socket.io/</code>, namespace <code>/</code>, with
          <code>auth: {token}</code>. Every event may ask for an acknowledgement:
          ${(acknowledgement['anyOf'] as readonly JsonSchema[]).map((one, at) => html`${at === 0 ? '' : ' or '}<code>${signatureOf(one)}</code>`)}.
        </p>
        ${Object.values(openEvents).map(eventEntry)}`,
  },
  {
    id: 'heard',
    name: 'Events you hear',
    content: () =>
      html`<p>One event may have several shapes; tell them apart by their fields.</p>
        ${Object.entries(serverEvents).map(([event, dialects]) =>
          dialects.map((payload, at) => heardEntry(event, payload, `heard-${event}-${at + 1}`)),
        )}`,
  },
  {
    id: 'formats',
    name: 'Message formats',
    content: () =>
      html`<p>
          <strong>Envelope</strong> (<code>encrypted_payload</code>, entries of <code>keys</code>):
          ${envelopeText()}. Canonical base64url and JSON only.
        </p>
        ${formList(keyEntryForms)}
        <p>
          <strong>Proof of the sender</strong>, inside of what is sealed: a compact JWS with
          <code>PS256</code>, <code>ES256</code> or <code>EdDSA</code> over
          <code>{iss, aud, iat, jti, body}</code>. <code>aud</code> is the recipient, <code>room:ID</code> or
          <code>chat:ID</code>. Compare <code>jti</code>: after a connection that broke, a message may come
          twice.
        </p>
        <p>
          <strong>In a classic room</strong>: AES-256-GCM under a key that the members give each other;
          <code>encrypted_content</code> (ciphertext, then tag) and <code>iv</code> (12 bytes, once) are texts
          that hold JSON arrays of bytes.
        </p>
        <p><strong>In a chat</strong>: <code>encrypted_message</code> is one of</p>
        ${formList(chatMessageForms)}
        <p>
          and <code>signature</code>, over <code>[chat_id, sender, timestamp, encrypted_message]</code> as
          <code>JSON.stringify</code> writes it, one of
        </p>
        ${formList(signatureForms)}
        <p>
          <strong>Key of a room or chat</strong>: 256 bits, made by a client, sealed to each member, new
          whenever somebody leaves.
        </p>`,
  },
  {
    id: 'bounds',
    name: 'Bounds',
    content: () =>
      html`<p>As a server has them that nobody has set otherwise.</p>
        ${boundTable()}`,
  },
  {
    id: 'errors',
    name: 'Errors',
    content: () =>
      html`<p>
          <code>{error, message, code, timestamp, success: false[, field, retry_after_ms, instead]}</code>:
          over HTTP with the status, on a socket as the event <code>error</code>. <code>message</code> is
          <code>error</code> again; <code>field</code> is the one that is refused. Codes are stable, texts may
          change.
        </p>
        ${errors()}`,
  },
]

/** The page of the documents: made of the schemas that the server checks by, with no script and nothing of others. */
export const documentPage = (): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="/docs/style.css" integrity="${styleIntegrity}" />
      </head>
      <body>
        <a class="skip" href="#content">To the content</a>
        <header>
          <h1>${title}</h1>
          <p>${about.description}</p>
          <p class="files">
            <a href="/docs/openapi.json">OpenAPI 3.1</a><a href="/docs/asyncapi.json">AsyncAPI 3</a
            ><a href="/docs/coming-from">Coming from another system</a>
          </p>
        </header>
        <div class="columns">
          <nav aria-label="Sections">
            <ul>
              ${sections.map(({ id, name }) => html`<li><a href="#${id}">${name}</a></li>`)}
            </ul>
          </nav>
          <main id="content">
            ${sections.map(
              ({ id, name, content }) =>
                html`<section id="${id}" aria-labelledby="${id}-title">
                  <h2 id="${id}-title">${name}</h2>
                  ${content()}
                </section>`,
            )}
          </main>
        </div>
      </body>
    </html> `.markup
