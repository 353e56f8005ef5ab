import { createHash } from 'node:crypto'

/** The look of the documents: the colours of the web client, in light and dark, from 320 px on. */
export const documentStyle = `:root {
  color-scheme: light dark;
  --ground: light-dark(oklch(0.967 0.004 220), oklch(0.176 0.009 232));
  --surface: light-dark(oklch(0.996 0.001 220), oklch(0.209 0.01 232));
  --sunken: light-dark(oklch(0.955 0.004 220), oklch(0.25 0.011 232));
  --hover: light-dark(oklch(0.2 0.03 225 / 0.04), oklch(0.95 0.02 205 / 0.05));
  --line: light-dark(oklch(0.9 0.005 220), oklch(0.3 0.011 232));
  --text: light-dark(oklch(0.245 0.018 228), oklch(0.934 0.006 205));
  --text-soft: light-dark(oklch(0.455 0.02 222), oklch(0.75 0.014 212));
  --accent: light-dark(oklch(0.445 0.084 212), oklch(0.825 0.092 198));
  --accent-soft: light-dark(oklch(0.935 0.026 205), oklch(0.295 0.04 212));
  --good: light-dark(oklch(0.42 0.11 155), oklch(0.82 0.13 155));
  --good-soft: light-dark(oklch(0.95 0.035 155), oklch(0.3 0.045 160));
  --warning: light-dark(oklch(0.45 0.1 65), oklch(0.83 0.11 80));
  --warning-soft: light-dark(oklch(0.955 0.035 85), oklch(0.305 0.04 75));
  --danger: light-dark(oklch(0.48 0.18 24), oklch(0.79 0.12 22));
  --danger-soft: light-dark(oklch(0.957 0.018 20), oklch(0.29 0.05 20));
  --font: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'Noto Sans Mono', Menlo, Consolas, monospace;
}

*, *::before, *::after { box-sizing: border-box; }

html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }

body {
  margin: 0;
  background: var(--ground);
  color: var(--text);
  font: 0.9375rem/1.55 var(--font);
}

a { color: var(--accent); text-underline-offset: 0.2em; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 0.25rem; }

code { font: 0.8125rem/1.5 var(--mono); overflow-wrap: anywhere; }
p code, li code { background: var(--sunken); border-radius: 0.25rem; padding: 0.1em 0.3em; }

.skip { position: absolute; left: 1rem; top: -4rem; background: var(--surface); padding: 0.5rem 1rem; }
.skip:focus { top: 1rem; z-index: 1; }

header, .columns { max-width: 76rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 2.5rem; padding-bottom: 1rem; }
h1 { margin: 0 0 0.5rem; font-size: 1.875rem; line-height: 1.2; letter-spacing: -0.015em; }
header p { margin: 0; max-width: 46rem; color: var(--text-soft); }
header .files { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1.25rem; }
.files a {
  padding: 0.4rem 0.9rem;
  border: 1px solid var(--line);
  border-radius: 999px;
  background: var(--surface);
  text-decoration: none;
  font-weight: 550;
}
.files a:hover { background: var(--accent-soft); }

nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; margin: 0; padding: 0.75rem 0; list-style: none; }
nav a { display: inline-block; padding: 0.25rem 0; text-decoration: none; font-weight: 550; }
nav a:hover { text-decoration: underline; }

section { padding: 1rem 0 2rem; }
h2 { margin: 0 0 0.5rem; font-size: 1.375rem; letter-spacing: -0.01em; }
section > p { margin: 0 0 1rem; max-width: 46rem; color: var(--text-soft); }
section > p strong { color: var(--text); }

.entry { background: var(--surface); border: 1px solid var(--line); border-radius: 0.625rem; margin-bottom: 0.5rem; }
.entry > summary {
  display: grid;
  grid-template-columns: auto minmax(0, 1fr);
  gap: 0.25rem 0.75rem;
  align-items: baseline;
  padding: 0.7rem 0.9rem;
  cursor: pointer;
  list-style: none;
  border-radius: 0.625rem;
}
.entry > summary::-webkit-details-marker { display: none; }
.entry > summary:hover { background: var(--hover); }
.name { font-size: 0.875rem; font-weight: 600; }
.summary { grid-column: 1 / -1; color: var(--text-soft); }
.summary code { background: none; padding: 0; }

.verb {
  min-width: 4.25rem;
  padding: 0.1rem 0.5rem;
  border-radius: 0.375rem;
  font: 650 0.6875rem/1.6 var(--mono);
  text-align: center;
  background: var(--accent-soft);
  color: var(--accent);
}
.post, .emit { background: var(--good-soft); color: var(--good); }
.put { background: var(--warning-soft); color: var(--warning); }
.delete { background: var(--danger-soft); color: var(--danger); }

.body { padding: 0.25rem 0.9rem 0.9rem; border-top: 1px solid var(--line); }
.body > p { margin: 0.75rem 0 0; }
.access, .fields-none, .codes { color: var(--text-soft); }
.access strong { color: var(--text); }

.table { overflow-x: auto; margin-top: 0.75rem; }
table { width: 100%; border-collapse: collapse; }
caption { padding-bottom: 0.25rem; text-align: left; font-weight: 600; }
th, td { padding: 0.45rem 0.75rem 0.45rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; color: var(--text-soft); font-size: 0.75rem; font-weight: 550; }
tbody th { font-weight: 400; }
@media (min-width: 34.01rem) { tbody th code { white-space: nowrap; } }
.optional { color: var(--text-soft); font-size: 0.75rem; }
.type { color: var(--text-soft); }
.errors { background: var(--surface); border: 1px solid var(--line); border-radius: 0.625rem; border-spacing: 0; border-collapse: separate; }
.errors th, .errors td { padding-left: 0.9rem; }
tr:target, .entry:target { background: var(--accent-soft); }

main.one { max-width: 76rem; margin: 0 auto; padding: 0 1rem 3rem; }
main.one li { margin-bottom: 0.5rem; max-width: 46rem; }
.origins { padding: 0; list-style: none; color: var(--text-soft); }
.origins a { font-weight: 600; }
pre { margin: 0; padding: 0.9rem; overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: 0.625rem; }
pre code { overflow-wrap: normal; }
.one tbody th, .one tbody td { width: 50%; }

@media (min-width: 62rem) {
  .columns { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: 2rem; }
  nav ul { position: sticky; top: 1rem; flex-direction: column; gap: 0.25rem; padding-top: 1.25rem; }
  .entry > summary { grid-template-columns: auto minmax(0, 0.9fr) minmax(0, 1fr); }
  .summary { grid-column: auto; }
}

@media (max-width: 34rem) {
  th, td { padding-right: 0.5rem; }
  .body table:not(.errors) thead { display: none; }
  .body tr { display: block; padding: 0.5rem 0; border-top: 1px solid var(--line); }
  .body th, .body td { display: block; padding: 0; border: 0; }
}
`

/** What the page names it by: a browser takes nothing else for it. */
export const styleIntegrity = `sha384-${createHash('sha384').update(documentStyle).digest('base64')}`
