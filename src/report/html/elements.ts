/** Small pieces of HTML. Text enters through `markup`; arguments named `html` are HTML already. */
import type { Status } from '../documents/report.js';
import { markup } from '../escape.js';
import { STATUS_WORDS } from '../reporters/findings.js';

/** A sign beside each colour: colour alone says nothing to some readers, and little on paper. */
export const SIGNS: Readonly<Record<Status, string>> = {
  rejected: '⊘',
  violated: '✗',
  unchecked: '⊘',
  unknown: '?',
  'on-trust': '◐',
  vacuous: '∅',
  holds: '✓',
};

export function badge(status: Status, text: string = STATUS_WORDS[status]): string {
  return `<span class="badge ${status}"><span aria-hidden="true">${SIGNS[status]}</span> ${markup(text)}</span>`;
}

/** A definition list; pairs with a null value are left out. */
export function facts(pairs: readonly (readonly [name: string, html: string | null])[]): string {
  const rows = pairs.flatMap(([name, html]) =>
    html === null ? [] : [`<div><dt>${markup(name)}</dt><dd>${html}</dd></div>`],
  );
  return `<dl class="facts">${rows.join('')}</dl>`;
}

export interface TableColumn {
  readonly title: string;
  readonly number?: true;
}

/** The first cell of a row is its header. Wide tables scroll by themselves, also with the keyboard. */
export function dataTable(
  caption: string,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): string {
  const head = columns.map(({ title, number }) => `<th scope="col"${numeric(number)}>${markup(title)}</th>`);
  const body = rows.map(
    (cells) =>
      `<tr>${cells
        .map((html, i) =>
          i === 0
            ? `<th scope="row"${numeric(columns[i]?.number)}>${html}</th>`
            : `<td${numeric(columns[i]?.number)}>${html}</td>`,
        )
        .join('')}</tr>`,
  );
  return scrollBox(
    caption,
    `<table><caption>${markup(caption)}</caption><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>`,
  );
}

export function scrollBox(label: string, html: string): string {
  return `<div class="scroll" role="region" tabindex="0" aria-label="${markup(label)}">${html}</div>`;
}

/** A digest: the whole of it, breaking where it must. */
export function digest(text: string): string {
  return `<code class="digest">${markup(text)}</code>`;
}

export function code(text: string): string {
  return `<code>${markup(text)}</code>`;
}

/** Folded by default on screens, unfolded on paper. */
export function folded(title: string, html: string): string {
  return `<details><summary>${markup(title)}</summary>${html}</details>`;
}

export function section(id: string, title: string, html: string): string {
  return `<section aria-labelledby="${id}"><h3 id="${id}">${markup(title)}</h3>${html}</section>`;
}

function numeric(number: true | undefined): string {
  return number === true ? ' class="number"' : '';
}
