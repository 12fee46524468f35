// Saves of which nobody knows whether they were done, since their answer did not come: what stands there later may be one of them.
import type { Options } from "./model/cells";
import type { Loaded } from "./server";

export interface Save {
  /** The version that it began from. */
  version: number;
  /** The new name, if it has one. */
  name: string | undefined;
  options: Options;
}

/** So many are remembered. */
const MOST = 20;

export class Unanswered {
  #saves: Save[] = [];

  add(save: Save) {
    this.#saves = [...this.#saves, save].slice(-MOST);
  }

  /** The save that made what stands there. */
  find({ head, text }: Loaded): Save | undefined {
    return this.#saves.find(
      ({ version, name, options }) =>
        head.version === version + 1 && text === options.text && (name === undefined || name === head.name),
    );
  }

  clear() {
    this.#saves = [];
  }
}
