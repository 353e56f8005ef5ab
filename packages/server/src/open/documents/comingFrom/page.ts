import { type Html, html, prose } from '../html.ts'
import type { Origin } from './origin.ts'

/** A text in which what stands between underscores is a button. */
const told = (text: string): Html =>
  html`${text.split(/_(?=[A-Z])([^_]+)_/).map((part, at) => (at % 2 === 1 ? html`<b>${part}</b>` : prose(part)))}`

const table = (
  caption: string,
  heads: readonly [string, string],
  rows: readonly (readonly [string, string])[],
): Html =>
  html`<div class="table">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first, second]) =>
            html`<tr>
              <th scope="row">${told(first)}</th>
              <td>${told(second)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`

const frame = (title: string, lead: Html, content: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="/docs/style.css" />
      </head>
      <body>
        <a class="skip" href="#content">To the content</a>
        <header>
          <h1>${title}</h1>
          <p>${lead}</p>
          <p class="files"><a href="/docs/coming-from">Other systems</a><a href="/docs">The open lane</a></p>
        </header>
        <main id="content" class="one">${content}</main>
      </body>
    </html> `.markup

export const addressOf = ({ id }: Origin): string => `/docs/coming-from/${id}`

/** The page of one system. */
export const originPage = (origin: Origin): string => {
  const { title, before, words, way, program, givenUp } = origin
  return frame(
    title,
    told(before),
    html`<section>
        <h2>What is called what</h2>
        ${table('Words and names of there, and of here', ['There', 'Here'], words)}
      </section>
      <section>
        <h2>The shortest way</h2>
        <ol>
          ${way.map((step) => html`<li>${told(step)}</li>`)}
        </ol>
        <p>${told(program.about)}</p>
        <pre tabindex="0"><code>${program.text}</code></pre>
      </section>
      <section>
        <h2>What is not here any more, and why</h2>
        ${table('What was given up', ['What', 'Why'], givenUp)}
      </section>`,
  )
}

/** The list of all systems. */
export const originsPage = (all: readonly Origin[]): string =>
  frame(
    'Coming from another system',
    told('What is called what here, the shortest way, and what was given up and why.'),
    html`<section>
      <ul class="origins">
        ${all.map((one) => html`<li><a href="${addressOf(one)}">${one.title}</a><br />${told(one.before)}</li>`)}
      </ul>
    </section>`,
  )
