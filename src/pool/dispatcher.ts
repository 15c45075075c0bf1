/**
 * Which lane does what next. Items come in groups that share work (a region's bounds), so a lane stays with its group;
 * a lane without work helps with the largest group once that has kept another lane busy for a while. Easy groups are
 * thus done in one order on one lane, whatever the number of lanes.
 */

export type RunItem<T, R> = (lane: number, item: T) => Promise<R>;

interface Entry<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

interface Group<T, R> {
  readonly key: string | null;
  readonly waiting: Entry<T, R>[];
  /** When its own lane took the item that it is at; null before and between items. */
  since: number | null;
  lane: number | null;
}

/** An item that takes this long makes the rest of its group worth doing elsewhere, bounds and all. */
const HELP_AFTER_MS = 2000;
/** Keys remembered. */
const HOMES = 1000;

export class Dispatcher<T, R> {
  readonly #groups: Group<T, R>[] = [];
  /** Where a key's items went last: that lane still has what they share. */
  readonly #homes = new Map<string, number>();
  readonly #idle: Set<number>;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    readonly lanes: number,
    readonly run: RunItem<T, R>,
    readonly helpAfterMs: number = HELP_AFTER_MS,
  ) {
    this.#idle = new Set(Array.from({ length: lanes }, (_, lane) => lane));
  }

  /**
   * Items are begun in order; each result settles on its own. Rejects with what `run` rejects with.
   * @param key names what the items share; items of an open group with this key join it
   */
  submit(items: readonly T[], key: string | null = null): Promise<R>[] {
    const open = key === null ? undefined : this.#groups.find((group) => group.key === key);
    const group: Group<T, R> = open ?? { key, waiting: [], since: null, lane: null };
    const results = items.map(
      (item) =>
        new Promise<R>((resolve, reject) => {
          group.waiting.push({ item, resolve, reject });
        }),
    );
    if (items.length > 0 && open === undefined) this.#groups.push(group);
    this.#fill();
    return results;
  }

  /** Groups with items that no lane has taken. */
  get waitingGroups(): number {
    return this.#groups.filter(({ waiting }) => waiting.length > 0).length;
  }

  #fill(): void {
    for (const lane of [...this.#idle]) {
      const group = this.#next(lane);
      if (group === null) continue;
      this.#idle.delete(lane);
      const own = group.lane === null || group.lane === lane;
      if (own) this.#settle(group, lane);
      void this.#work(lane, group, (own ? group.waiting.shift() : group.waiting.pop())!, own);
    }
    this.#wakeLater();
  }

  async #work(lane: number, group: Group<T, R>, entry: Entry<T, R>, own: boolean): Promise<void> {
    if (own) group.since = performance.now();
    try {
      entry.resolve(await this.run(lane, entry.item));
    } catch (error) {
      entry.reject(error);
    }
    if (own) group.since = null;
    if (group.waiting.length === 0 && own) this.#groups.splice(this.#groups.indexOf(group), 1);
    this.#idle.add(lane);
    this.#fill();
  }

  /** Its own group, then one that nobody has (best one that it had before), then the largest that has taken long. */
  #next(lane: number): Group<T, R> | null {
    const open = this.#groups.filter(({ waiting }) => waiting.length > 0);
    const mine = open.find((group) => group.lane === lane);
    if (mine !== undefined) return mine;
    const free = open.filter((group) => group.lane === null);
    const home = ({ key }: Group<T, R>): number | undefined =>
      key === null ? undefined : this.#homes.get(key);
    const next =
      free.find((group) => home(group) === lane) ??
      free.find((group) => !this.#idle.has(home(group) ?? -1)) ??
      null;
    if (next !== null) return next;
    const now = performance.now();
    const slow = open.filter(({ since }) => since !== null && now - since >= this.helpAfterMs);
    return slow.sort((a, b) => b.waiting.length - a.waiting.length)[0] ?? null;
  }

  #settle(group: Group<T, R>, lane: number): void {
    group.lane = lane;
    if (group.key === null) return;
    this.#homes.delete(group.key);
    this.#homes.set(group.key, lane);
    if (this.#homes.size > HOMES) this.#homes.delete(this.#homes.keys().next().value!);
  }

  /** An idle lane looks again when a busy group has become slow. */
  #wakeLater(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#idle.size === 0 || this.waitingGroups === 0) return;
    this.#timer = setTimeout(() => this.#fill(), Math.max(1, this.helpAfterMs / 2));
  }
}
