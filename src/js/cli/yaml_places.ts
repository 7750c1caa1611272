import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, type Event } from 'js-yaml';

export interface Place {
  start: number;
  end: number;
}

/** Where the nodes of a parsed text are. The parser says where a node starts; where a collection ends follows from its last child. */
export function nodePlaces(text: string, events: readonly Event[], partner: Int32Array): (index: number) => Place {
  function place(index: number): Place {
    const event = events[index]!;
    switch (event.type) {
      case EVENT_ID.SCALAR:
        if (event.valueStart < 0) return absent(index);
        if (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED) {
          return { start: event.valueStart - 1, end: event.valueEnd + 1 };
        }
        return trimmed(event.valueStart, event.valueEnd);
      case EVENT_ID.ALIAS:
        return { start: event.anchorStart - 1, end: event.anchorEnd };
      case EVENT_ID.MAPPING:
      case EVENT_ID.SEQUENCE: {
        const inside = lastEnd(partner[index]!);
        const bracketed = event.style === COLLECTION_STYLE.FLOW && /[[{]/.test(text.charAt(event.start));
        return { start: event.start, end: bracketed ? closing(Math.max(inside, event.start + 1)) : inside };
      }
      case EVENT_ID.DOCUMENT:
        return { start: 0, end: lastEnd(partner[index]!) };
      case EVENT_ID.POP:
        return place(partner[index]!);
    }
  }

  /** Where the node before an event ends. */
  function lastEnd(index: number): number {
    const before = events[index - 1];
    if (before === undefined) return 0;
    if (before.type === EVENT_ID.DOCUMENT) return lastEnd(index - 1);
    if (before.type === EVENT_ID.MAPPING || before.type === EVENT_ID.SEQUENCE) return before.start;
    return place(index - 1).end;
  }

  /** A value left out: right after the `:` or `-` that announces it; for a whole document, where its `---` is. */
  function absent(index: number): Place {
    const from = lastEnd(index);
    const gap = events[index - 1]?.type === EVENT_ID.DOCUMENT ? /^\s*/ : /^[\s,]*[-:?]?/;
    const at = from + gap.exec(text.slice(from, from + 100))![0].length;
    return { start: at, end: at };
  }

  function closing(from: number): number {
    const gap = /(?:[\s,:]|#.*)*[\]}]/y;
    gap.lastIndex = from;
    return gap.test(text) ? gap.lastIndex : from;
  }

  function trimmed(start: number, end: number): Place {
    const value = text.slice(start, end);
    return { start: end - value.trimStart().length, end: start + value.trimEnd().length };
  }

  return place;
}
