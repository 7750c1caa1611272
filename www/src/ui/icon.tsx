const CIRCLE = 'M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z';
const OCTAGON = 'M5.2 1.5h5.6l3.7 3.7v5.6l-3.7 3.7H5.2l-3.7-3.7V5.2z';
const TRIANGLE = 'M8 1.8 15 14H1z';

const PATHS = {
  error: `${OCTAGON}M8 4.6v4.2M8 11.2v.2`,
  warning: `${TRIANGLE}M8 6.2v3.6M8 11.8v.2`,
  info: `${CIRCLE}M8 7.2v4.2M8 4.6v.2`,
  valid: `${CIRCLE}M5 8.3l2.1 2.1L11 6.2`,
  undo: 'M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M5.8 3.5 3 6.5l2.8 3',
  clock: 'M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8zM8 4.5V8l2.4 1.6',
  after: 'M2.5 3v5.5h9.8M9.5 5.5l3 3-3 3',
  to: 'M2.5 8H13M9.5 4.5 13 8l-3.5 3.5',
  chevron: 'M4 6.2 8 10l4-3.8',
  close: 'M4 4l8 8M12 4l-8 8',
  waiting: CIRCLE,
  working: `${CIRCLE}M6.6 5.3v5.4L11 8z`,
  undone: `${CIRCLE}M5.2 7.2h4a1.9 1.9 0 0 1 0 3.8H7.6M6.8 5.4 5 7.2 6.8 9`,
  failed: `${CIRCLE}M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4`,
  flag: 'M3.5 14.5v-13M3.5 2.5H13l-2.2 3L13 8.5H3.5',
  killed: `${OCTAGON}M5 8h6`,
  play: 'M4.5 2.5v11L13 8z',
  pause: 'M5 3v10M11 3v10',
  step: 'M3.5 3v10L10 8zM12.5 3v10',
  reset: 'M13.2 8.5a5.3 5.3 0 1 1-1.3-4M13.5 1.8v3.4h-3.4',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  agent: 'M8 7.8a2.9 2.9 0 1 0 0-5.8 2.9 2.9 0 0 0 0 5.8zM2.8 14c.5-2.6 2.5-4 5.2-4s4.7 1.4 5.2 4',
} as const;

export type IconName = keyof typeof PATHS;

/** A drawing beside words that say the same. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
