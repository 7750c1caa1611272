/** A text being written from nodes, with the way back from each place in it. */
export class Transcript {
  length = 0;
  readonly #chunks: string[] = [];
  #recent: string[] = [];
  /** For each node written: its offset in the text, the node, the alias it was written through. */
  #marks = new Int32Array(3 * 1024);
  #used = 0;

  put(part: string): void {
    this.#recent.push(part);
    this.length += part.length;
    // Joined while young: a list of all parts would grow old piece by piece, which costs twice the time.
    if (this.#recent.length >= 2048) this.#join();
  }

  mark(node: number, alias: number): void {
    if (this.#used === this.#marks.length) {
      const grown = new Int32Array(this.#used * 2);
      grown.set(this.#marks);
      this.#marks = grown;
    }
    this.#marks[this.#used++] = this.length;
    this.#marks[this.#used++] = node;
    this.#marks[this.#used++] = alias;
  }

  text(): string {
    this.#join();
    return this.#chunks.join('');
  }

  /** What was written at an offset; undefined where nothing was. */
  find(offset: number): { node: number; alias: number } | undefined {
    let low = 0;
    let high = this.#used / 3;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#marks[middle * 3]! <= offset) low = middle;
      else high = middle;
    }
    return high > 0 ? { node: this.#marks[low * 3 + 1]!, alias: this.#marks[low * 3 + 2]! } : undefined;
  }

  #join(): void {
    this.#chunks.push(this.#recent.join(''));
    this.#recent = [];
  }
}
