import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE, type Event, type ScalarEvent } from 'js-yaml';

export interface Place {
  start: number;
  end: number;
}

/** Where the nodes of a parsed text are. The parser says where a node starts; where a collection ends follows from its last child. */
export function nodePlaces(text: string, events: readonly Event[], partner: Int32Array): (index: number) => Place {
  const gaps = new Map<number, number>();

  function place(index: number): Place {
    const event = events[index]!;
    switch (event.type) {
      case EVENT_ID.SCALAR:
        if (event.valueStart < 0) return absent(index, event);
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

  /** A value left out: its tag or anchor, or right after the `:` or `-` that announces it; for a whole document, where its `---` is. */
  function absent(index: number, { tagStart, tagEnd, anchorStart, anchorEnd }: ScalarEvent): Place {
    if (tagStart >= 0) return { start: tagStart, end: tagEnd };
    if (anchorStart >= 0) return { start: anchorStart - 1, end: anchorEnd };
    // One after the other, lest a long list of them runs deep.
    let next = index;
    while (!gaps.has(next) && isBare(events[next - 1])) next -= 1;
    for (; next <= index; next += 1) {
      if (gaps.has(next)) continue;
      const from = lastEnd(next);
      const announced = events[next - 1]?.type === EVENT_ID.DOCUMENT ? /^\s*/ : /^[\s,]*[-:?]?/;
      gaps.set(next, from + announced.exec(text.slice(from, from + 100))![0].length);
    }
    const at = gaps.get(index)!;
    return { start: at, end: at };
  }

  function isBare(event: Event | undefined): boolean {
    return event?.type === EVENT_ID.SCALAR && event.valueStart < 0 && event.tagStart < 0 && event.anchorStart < 0;
  }

  function closing(from: number): number {
    const gap = /(?:[\s,:]|#[^\r\n]*[\r\n])*[\]}]/y;
    gap.lastIndex = from;
    return gap.test(text) ? gap.lastIndex : from;
  }

  function trimmed(start: number, end: number): Place {
    const value = text.slice(start, end);
    return { start: end - value.trimStart().length, end: start + value.trimEnd().length };
  }

  return place;
}
