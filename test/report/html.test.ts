/** The HTML report in a real browser: complete without scripts, quiet, narrow, printable, and deaf to hostile text. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { htmlReport } from '../../src/report/html/page.js';
import {
  hostileCertificate,
  type ReportFolder,
  reportFolder,
  trustingCertificate,
  validCertificate,
  wrongCertificate,
} from './certificates.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

let files: ReportFolder;
const pages: Record<string, string> = {};
let folder: string;

beforeAll(async () => {
  files = reportFolder();
  folder = mkdtempSync(join(tmpdir(), 'napcert-html-'));
  const certificates = {
    valid: validCertificate(),
    trusting: trustingCertificate(),
    wrong: wrongCertificate(),
    hostile: hostileCertificate(),
  };
  for (const [name, certificate] of Object.entries(certificates)) {
    const path = files.write(`${name}.cert.json`, certificate);
    const html = htmlReport(await files.collect([path]));
    pages[name] = pathToFileURL(join(folder, `${name}.html`)).href;
    writeFileSync(join(folder, `${name}.html`), html);
  }
});
afterAll(() => {
  files.remove();
  rmSync(folder, { recursive: true });
});

it('is one file that refers to nothing outside itself, and holds no script', async () => {
  const input = await files.collect([files.write('again.cert.json', validCertificate())]);
  const html = htmlReport(input);
  expect(html).not.toMatch(/<script|<link|<iframe|@import|url\(/i);
  for (const [, target] of html.matchAll(/\b(?:src|href)="([^"]*)"/g))
    expect(target).toMatch(/^(#|data:image\/png;)/);
});

it('a counterexample that is a sample is called so, and stands beside another one', async () => {
  const input = await files.collect([files.write('beside.cert.json', validCertificate())]);
  const other = { class: 1, source: 'held#4', point: [0, 0], distance: 0.5 };
  const page = (same: string | null): string => {
    const nearest = new Map([['non-misclassification/1/0', [{ ...other, same }]]]);
    return htmlReport({ ...input, exhibits: [{ ...input.exhibits[0]!, nearest }] });
  };
  expect(page('held#3')).toContain(
    'The counterexample and held#3 are the same sample. Nearest other sample of class 1 that follows its NAP: held#4, at distance 0.5.',
  );
  expect(page(null)).toContain('>Nearest sample of class 1 that follows its NAP: held#4, at distance 0.5.');
  expect(page(null)).not.toContain('same sample');
});

describe.skipIf(CHROMIUM === undefined)('in Chromium (skipped where there is none)', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  async function open<T>(
    name: string,
    options: Parameters<Browser['newContext']>[0],
    look: (page: Page, seen: { readonly messages: string[]; readonly requests: string[] }) => Promise<T>,
  ): Promise<T> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const seen = { messages: [] as string[], requests: [] as string[] };
    page.on('console', (message) => seen.messages.push(message.text()));
    page.on('pageerror', (error) => seen.messages.push(error.message));
    page.on('dialog', (dialog) => {
      seen.messages.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => seen.requests.push(request.url()));
    try {
      await page.goto(pages[name]!);
      return await look(page, seen);
    } finally {
      await context.close();
    }
  }

  it('captions of small matrices have room of their own, and make nothing scroll', () =>
    open('valid', {}, async (page) => {
      await page.setViewportSize({ width: 1280, height: 844 });
      const boxes = await page.locator('.matrices > .scroll').evaluateAll((nodes) =>
        nodes.map((node) => ({
          lines: node.querySelector('caption')!.getClientRects()[0]!.height / 16,
          scrolls: node.scrollWidth > node.clientWidth,
        })),
      );
      expect(boxes).toHaveLength(2);
      for (const { lines, scrolls } of boxes) {
        // Two lines at most of 0.9 rem at 1.55, and the padding.
        expect(lines).toBeLessThan(3.5);
        expect(scrolls).toBe(false);
      }
    }));

  it.each(['valid', 'trusting', 'wrong', 'hostile'])(
    '%s: nothing in the console, nothing loaded, no sideways scrolling at 390 px, light or dark',
    (name) =>
      open(name, {}, async (page, { messages, requests }) => {
        expect(await page.title()).toMatch(/^napcert: /);
        for (const [width, colorScheme] of [
          [1280, 'light'],
          [390, 'light'],
          [390, 'dark'],
        ] as const) {
          await page.setViewportSize({ width, height: 844 });
          await page.emulateMedia({ colorScheme });
          const [content, window] = (await page.evaluate(
            '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
          )) as [number, number];
          expect(content).toBeLessThanOrEqual(window);
        }
        expect(messages).toEqual([]);
        expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([pages[name]]);
      }),
  );

  it('says everything without JavaScript', () =>
    open('valid', { javaScriptEnabled: false }, async (page) => {
      const text = await page.locator('main').innerText();
      expect(text).toContain('every verdict in it is re-proved in exact arithmetic');
      expect(text).toContain('napcert check');
      expect(text).toContain('Not claimed');
      expect(text).toMatch(/no input of the domain follows the NAP/);
      expect(await page.locator('figure.counterexample').count()).toBe(1);
      // Both outputs of the refuting point, computed by hand in reporters.test.ts.
      const row = page.locator('.logits tbody tr').first();
      expect((await row.innerText()).replace(/\s+/g, ' ')).toBe('0 wins 1.000000 1.000000');
    }));

  it('a rejected certificate shows no verdict but that', () =>
    open('wrong', {}, async (page) => {
      const marks = await page
        .locator('.badge, .matrix td')
        .evaluateAll((nodes) => nodes.map((node) => node.className.replace('badge ', '')));
      expect(marks.filter((mark) => /holds|violated|vacuous/.test(mark))).toEqual([]);
      expect(marks).toContain('rejected');
      expect(await page.locator('figure.counterexample').count()).toBe(0);
    }));

  it('what rests on trust is marked so', () =>
    open('trusting', {}, async (page) => {
      const row = page.getByRole('row', { name: /local-robustness\/center/ }).first();
      expect(await row.innerText()).toMatch(/on trust/);
      expect(await page.getByText('someone 1.0 is believed').count()).toBeGreaterThan(0);
    }));

  it('hostile text is shown, not run', () =>
    open('hostile', {}, async (page, { messages }) => {
      expect(await page.locator('img[src="x"]').count()).toBe(0);
      expect(await page.locator('script').count()).toBe(0);
      expect(await page.locator('h2').first().innerText()).toContain('</script><img src=x onerror=');
      expect(messages).toEqual([]);
    }));

  it('has what assistive technology needs', () =>
    open('valid', {}, async (page) => {
      const counts = (await page.evaluate(`({
        tables: document.querySelectorAll('table').length,
        captions: document.querySelectorAll('table > caption').length,
        bareHeaders: document.querySelectorAll('th:not([scope])').length,
        images: document.querySelectorAll('img:not([alt]), svg:not([aria-hidden]):not([aria-label])').length,
        language: document.documentElement.lang,
        mains: document.querySelectorAll('main').length,
        scrollers: document.querySelectorAll('.scroll:not([tabindex="0"]), .scroll:not([aria-label])').length,
        empty: [...document.querySelectorAll('h1,h2,h3,h4')].filter((node) => node.textContent.trim() === '').length,
        repeated: (() => { const ids = [...document.querySelectorAll('[id]')].map((node) => node.id); return ids.length - new Set(ids).size; })(),
        broken: [...document.querySelectorAll('a[href^="#"]')].filter((node) => document.querySelector(node.getAttribute('href')) === null).length,
      })`)) as Record<string, unknown>;
      expect(counts).toMatchObject({
        bareHeaders: 0,
        images: 0,
        language: 'en',
        mains: 1,
        scrollers: 0,
        empty: 0,
        repeated: 0,
        broken: 0,
      });
      expect(counts['captions']).toBe(counts['tables']);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    }));

  it('text stands out from its ground in both schemes (WCAG AA, 4.5 to 1)', () =>
    open('valid', {}, async (page) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const [least, text] = (await page.evaluate(CONTRAST)) as [number, string];
        expect(least, `${colorScheme}: ${text}`).toBeGreaterThanOrEqual(4.5);
      }
    }));

  it('prints folded tables unfolded', () =>
    open('valid', {}, async (page) => {
      const table = page.locator('details table').first();
      expect(await table.isVisible()).toBe(false);
      await page.emulateMedia({ media: 'print' });
      expect(await table.isVisible()).toBe(true);
      expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    }));
});

/** Least contrast of texts of their own against the grounds behind them, blended; formula of WCAG 2.1. */
const CONTRAST = `(() => {
  const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const ground = (node) => {
    const layers = [];
    for (let at = node; at !== null; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratios = [...document.querySelectorAll('body *')]
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim() !== ''))
    .map((node) => {
      const under = ground(node);
      const [a, b] = [light(over(parse(getComputedStyle(node).color), under)), light(under)];
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.outerHTML.slice(0, 100)];
    });
  return ratios.sort(([a], [b]) => a - b)[0];
})()`;
