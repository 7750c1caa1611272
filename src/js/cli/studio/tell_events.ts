import { join } from 'node:path';
import { SagawardError } from '../../slim.js';
import { look, type Place } from './files.js';
import { Bell, type EventStream } from './stream.js';
import { nameOfKey, type Watch } from './watch.js';

/**
 * The events of one saga, from its beginning and then as they are kept. `begin` says that they begin
 * anew: the file was replaced by another, as a compaction does.
 */
export async function tellEvents(stream: EventStream, directory: string, key: string, watch: Watch): Promise<never> {
  const path = join(directory, nameOfKey(key));
  const bell = new Bell(stream.closed);
  const leave = watch.subscribe((name) => {
    if (name === nameOfKey(key)) bell.ring();
  });
  stream.closed.addEventListener('abort', leave, { once: true });
  let place: Place | undefined;
  for (;;) {
    try {
      const before: Place | undefined = place;
      place = await look(path, before, async (file) => {
        if (file.isUnchanged) return before;
        if (file.isOther) await stream.send('begin', {});
        for await (const events of file.read(file.isOther)) await stream.send('events', events);
        await stream.send('now', {});
        return file.place();
      });
      if (!place) await stream.send('gone', {});
    } catch (error) {
      if (!(error instanceof SagawardError)) throw error;
      place = undefined;
      await stream.send('unreadable', { problem: error.message });
    }
    await bell.heard();
  }
}
