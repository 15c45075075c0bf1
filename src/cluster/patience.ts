/** Waiting for a server that may never come back, for as long as somebody else decides. */

/** Neither worker nor server for too long. */
export class AbandonedError extends Error {}

export class Patience {
  readonly #waiting = new Set<(error: AbandonedError) => void>();

  /** @throws AbandonedError where {@link end} comes first */
  async wait<T>(asked: Promise<T>): Promise<T> {
    let give: (error: AbandonedError) => void = () => {};
    const given = new Promise<never>((_, reject) => {
      give = reject;
    });
    this.#waiting.add(give);
    try {
      return await Promise.race([asked, given]);
    } finally {
      this.#waiting.delete(give);
    }
  }

  end(reason: string): void {
    for (const give of this.#waiting) give(new AbandonedError(reason));
  }
}
