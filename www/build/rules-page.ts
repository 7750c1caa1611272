import { readFileSync } from 'node:fs';

import { Marked } from 'marked';
import type { Plugin } from 'vite';

const SOURCE = new URL('../../docs/rules.md', import.meta.url);

// Each heading is a target: the heading `dependency_cycle` is found at #dependency_cycle.
const marked = new Marked({
  renderer: {
    heading({ depth, tokens, text }) {
      const id = text.toLowerCase().replaceAll('`', '').replaceAll(/[^\w]+/g, '-');
      return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
  },
});

/** Puts the documentation of the rules into the page that the names of rules link to. */
export function rulesPage(): Plugin {
  return {
    name: 'rules-page',
    transformIndexHtml: {
      order: 'pre',
      handler(html, { path }) {
        if (path !== '/rules.html') return html;
        return html.replace('<!-- docs/rules.md -->', () => marked.parse(readFileSync(SOURCE, 'utf8'), { async: false }));
      },
    },
  };
}
