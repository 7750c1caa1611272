/** Why a file cannot be read as text, to be said behind its name. */
export class Unreadable extends Error {}

export function chooseFile(use: (file: File) => void): void {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = '.json,application/json';
  input.onchange = () => {
    const file = input.files?.[0];
    if (file) use(file);
  };
  input.click();
}

/** The text of a file; throws Unreadable. */
export async function readText(file: File, mostMiB: number): Promise<string> {
  if (file.size > mostMiB * 1024 * 1024) throw new Unreadable(`it is larger than ${mostMiB} MiB`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Unreadable('it is not readable as UTF-8 text. Save it as UTF-8 JSON and open it again');
  }
}

export function saveText(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
