import { saveFile } from '../open/file.ts';

/** What a drawing looks like, and says of itself alone, away from the page's style sheets. */
const COLOURS = ['fill', 'stroke'];
const LINES = ['stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin'];
const LETTERS = ['font-size', 'font-weight', 'font-family'];
/** What is of use on the page only. */
const OF_THE_PAGE = ['class', 'style', 'role', 'tabindex', 'aria-selected', 'aria-hidden', 'aria-label'];
/** What is seen of nothing by itself. */
const BARE = new Set(['svg', 'g', 'defs', 'marker', 'title']);
const SVG = 'http://www.w3.org/2000/svg';
const ROOM = 8;

/** So many pixels a browser draws, along each side and in all. */
const [LONGEST_SIDE, MOST_PIXELS] = [16_384, 2 ** 26];
const SHARPNESS = 2;

export function saveSvg(picture: SVGSVGElement, name: string): void {
  saveFile(`${name}.svg`, alone(picture).text, 'image/svg+xml');
}

export async function savePng(picture: SVGSVGElement, name: string): Promise<void> {
  const { text, width, height } = alone(picture);
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await image.decode();
  const scale = Math.min(SHARPNESS, LONGEST_SIDE / Math.max(width, height), Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.floor(width * scale), Math.floor(height * scale)];
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob) saveFile(`${name}.png`, blob, 'image/png');
}

/** The drawing with its colours as they are seen now, light or dark. */
function alone(picture: SVGSVGElement): { text: string; width: number; height: number } {
  const { width, height } = picture.viewBox.baseVal;
  const copy = picture.cloneNode(true) as SVGSVGElement;
  for (const selected of copy.querySelectorAll('[aria-selected]')) selected.removeAttribute('aria-selected');
  const paper = getComputedStyle(picture.closest('.panel') ?? picture).backgroundColor;
  // Beside the original, where the same styles apply, and out of sight.
  copy.setAttribute('visibility', 'hidden');
  picture.after(copy);
  const elements = copy.querySelectorAll('*');
  for (const element of elements) dress(element, paper);
  copy.remove();
  // Not before all are dressed: styles follow from what stands around.
  for (const element of elements) strip(element);
  const around = document.createElementNS(SVG, 'rect');
  const size = { width: width + 2 * ROOM, height: height + 2 * ROOM };
  for (const [name, value] of Object.entries({ x: -ROOM, y: -ROOM, ...size, fill: opaque(paper, paper) })) around.setAttribute(name, String(value));
  copy.prepend(around);
  strip(copy);
  copy.removeAttribute('visibility');
  copy.setAttribute('width', String(size.width));
  copy.setAttribute('height', String(size.height));
  copy.setAttribute('viewBox', `${-ROOM} ${-ROOM} ${size.width} ${size.height}`);
  return { text: new XMLSerializer().serializeToString(copy), ...size };
}

function dress(element: Element, paper: string): void {
  if (BARE.has(element.localName)) return;
  const style = getComputedStyle(element);
  for (const name of COLOURS) element.setAttribute(name, opaque(style.getPropertyValue(name), paper));
  for (const name of element.localName === 'text' ? LETTERS : LINES) element.setAttribute(name, style.getPropertyValue(name));
}

function strip(element: Element): void {
  for (const attribute of OF_THE_PAGE) element.removeAttribute(attribute);
  for (const { name } of [...element.attributes]) if (name.startsWith('data-')) element.removeAttribute(name);
}

const colours = new Map<string, string>();

/** A colour as it is seen on the paper, written as every program for drawings knows it. */
function opaque(colour: string, paper: string): string {
  if (colour === 'none') return colour;
  const key = `${colour} ${paper}`;
  const known = colours.get(key);
  if (known !== undefined) return known;
  const pixel = new OffscreenCanvas(1, 1).getContext('2d');
  for (const layer of [paper, colour]) {
    if (!pixel) return colour;
    pixel.fillStyle = layer;
    pixel.fillRect(0, 0, 1, 1);
  }
  const written = `#${Array.from(pixel?.getImageData(0, 0, 1, 1).data.subarray(0, 3) ?? [], (part) => part.toString(16).padStart(2, '0')).join('')}`;
  colours.set(key, written);
  return written;
}
