/** Why a file cannot be read, to be said behind its name. */
export class Unreadable extends Error {}

export function chooseFile(use: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json,.jsonl,application/json';
  input.onchange = () => {
    const file = input.files?.[0];
    if (file) use(file);
  };
  input.click();
}

/** The bytes of a file; throws Unreadable. */
export async function readBytes(file: File, mostMiB: number): Promise<Uint8Array> {
  if (file.size > mostMiB * 1024 * 1024) throw new Unreadable(`it is larger than ${mostMiB} MiB`);
  return new Uint8Array(await file.arrayBuffer());
}

/** What the bytes say as text; throws Unreadable. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Unreadable('it is not readable as UTF-8 text. Save it as UTF-8 JSON and open it again');
  }
}

export function saveFile(name: string, content: BlobPart, type = 'application/json'): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
