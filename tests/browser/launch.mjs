// The browsers of the tests, as the system brings them; SAGAWARD_BROWSER chooses one.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, firefox } from 'playwright-core';

// Bounds on hanging, not on speed: the machine may be busy.
export const PATIENCE_MS = 60_000;

const byChromium = {
  launch: (args) => chromium.launch({
    executablePath: process.env.SAGAWARD_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', ...args,
    ],
  }),
  async saved(page, save) {
    const [file] = await Promise.all([page.waitForEvent('download'), save()]);
    return { name: file.suggestedFilename(), content: readFileSync(await file.path()) };
  },
};

// By WebDriver BiDi, which any Firefox speaks; Playwright's own protocol needs a Firefox of its own. From 1.65 on
// Playwright gives each page media features by a command that Firefox ESR does not know; so they are preferences.
const byFirefox = {
  launch() {
    if (!this.downloads) {
      this.downloads = mkdtempSync(join(tmpdir(), 'downloads-'));
      process.once('exit', () => rmSync(this.downloads, { recursive: true }));
    }
    return firefox.launch({
      channel: 'moz-firefox',
      executablePath: process.env.SAGAWARD_FIREFOX ?? '/usr/bin/firefox-esr',
      downloadsPath: this.downloads,
      firefoxUserPrefs: {
        'browser.chrome.site_icons': false,
        'browser.download.alwaysOpenPanel': false, // it takes the focus of the page
        'ui.prefersReducedMotion': 1,
        'ui.useOverlayScrollbars': 1, // that take no width, as Playwright has it in Chromium
      },
    });
  },
  /** Playwright does not tell of a download without an id, as those of Firefox ESR are: its folder does. */
  async saved(page, save) {
    const [name] = await Promise.all([this.downloaded(), save()]);
    const path = join(this.downloads, name);
    const content = readFileSync(path);
    rmSync(path); // or the next of this name has another
    return { name, content };
  },
  async downloaded() {
    for await (const _ of watch(this.downloads, { signal: AbortSignal.timeout(PATIENCE_MS) })) {
      // What comes is a part first, and an empty file keeps its name.
      const [name, ...others] = readdirSync(this.downloads);
      const isWhole = name && others.length === 0 && !name.endsWith('.part') && statSync(join(this.downloads, name), { throwIfNoEntry: false })?.size > 0;
      if (isWhole) return name;
    }
  },
};

export const browserName = process.env.SAGAWARD_BROWSER ?? 'chromium';

const chosen = { chromium: byChromium, firefox: byFirefox }[browserName];

/** With further arguments for Chromium. */
export function launch(...args) {
  return chosen.launch(args);
}

/** The file that a page saves while `save` goes on. */
export function savedFile(page, save) {
  return chosen.saved(page, save);
}
