// The browsers of the tests, as the system brings them; SAGAWARD_BROWSER chooses one.
import { chromium, firefox } from 'playwright-core';

const browsers = {
  chromium: (args) => chromium.launch({
    executablePath: process.env.SAGAWARD_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', ...args,
    ],
  }),
  // By WebDriver BiDi, which any Firefox speaks; Playwright's own protocol needs a Firefox of its own. From 1.65 on
  // Playwright gives each page media features by a command that Firefox ESR does not know; so they are preferences.
  firefox: () => firefox.launch({
    channel: 'moz-firefox',
    executablePath: process.env.SAGAWARD_FIREFOX ?? '/usr/bin/firefox-esr',
    firefoxUserPrefs: { 'browser.chrome.site_icons': false, 'ui.prefersReducedMotion': 1 },
  }),
};

export const browserName = process.env.SAGAWARD_BROWSER ?? 'chromium';

/** With further arguments for Chromium. */
export function launch(...args) {
  return browsers[browserName](args);
}
