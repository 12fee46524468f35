// What a script finds besides the language: `Agent`, made of the JSON that comes in. Whatever a script does to it, only JSON comes out, of
// which the agent takes the parts that it knows. Also the bounds of what the engine would do without a look at the time.
(function (input) {
  "use strict";
  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const { isArray } = Array;
  const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
  const MOST_ITEMS = 100_000, MOST_COMPARED = 1_000_000_000, MOST_NORMALIZED = 10_000;

  const replace = (of, name, make) => {
    const before = of[name];
    if (typeof before === "function") {
      Object.defineProperty(of, name, { value: make(before), writable: true, configurable: true, enumerable: false });
    }
  };
  const bounded = (list) => {
    const length = Object(list) === list ? getOwnPropertyDescriptor(list, "length") : undefined;
    // A length that is computed could be another one at the next look.
    if (length === undefined || typeof length.value !== "number") throw new TypeError("This is no list.");
    if (length.value > MOST_ITEMS) throw new RangeError("A list has more than 100,000 items.");
  };
  const LISTS = ["copyWithin", "fill", "join", "pop", "push", "reverse", "shift", "slice", "splice", "toLocaleString", "toReversed", "toSpliced",
    "unshift", "with"];
  for (const name of LISTS) {
    replace(Array.prototype, name, (before) => function () { bounded(this); return apply(before, this, arguments); });
  }
  replace(Array.prototype, "concat", (before) => function () {
    bounded(this);
    for (let i = 0; i < arguments.length; i++) {
      if (Object(arguments[i]) === arguments[i] && (isArray(arguments[i]) || arguments[i][Symbol.isConcatSpreadable])) bounded(arguments[i]);
    }
    return apply(before, this, arguments);
  });
  for (const name of ["includes", "indexOf", "lastIndexOf"]) {
    replace(Array.prototype, name, (before) => function (sought) {
      bounded(this);
      if (typeof sought === "string" && this.length * sought.length > MOST_COMPARED) throw new RangeError("A text is sought that is too long.");
      return apply(before, this, arguments);
    });
  }
  const ordered = (a, b) => {
    const [left, right] = [String(a), String(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  };
  for (const name of ["sort", "toSorted"]) {
    replace(Array.prototype, name, (before) => function (compare = ordered) { bounded(this); return apply(before, this, [compare]); });
  }
  const flat = (list, depth, into) => {
    bounded(list);
    for (let i = 0; i < list.length; i++) {
      if (!(i in list)) continue;
      if (isArray(list[i]) && depth > 0) flat(list[i], depth - 1, into);
      else into[into.length] = list[i];
    }
    return into;
  };
  replace(Array.prototype, "flat", () => function (depth = 1) { return flat(this, Number(depth), []); });
  replace(Array.prototype, "flatMap", () => function (of, self) { return flat(this.map(of, self), 1, []); });
  replace(JSON, "stringify", () => function (value, how, space) {
    if (isArray(how)) bounded(how);
    return stringify(value, how, space);
  });
  for (const name of ["includes", "indexOf", "lastIndexOf", "replace", "replaceAll", "split"]) {
    replace(String.prototype, name, (before) => function (sought, ...more) {
      const text = String(this);
      const part = Object(sought) === sought && typeof sought[Symbol.match] === "function" ? sought : String(sought);
      if (typeof part === "string" && text.length * part.length > MOST_COMPARED) throw new RangeError("A text is sought that is too long.");
      return apply(before, text, name === "split" && sought === undefined ? [] : [part, ...more]);
    });
  }
  for (const name of ["localeCompare", "normalize"]) {
    replace(String.prototype, name, (before) => function (other, ...more) {
      const [text, given] = [String(this), other === undefined ? other : String(other)];
      if (text.length > MOST_NORMALIZED || (given !== undefined && given.length > MOST_NORMALIZED)) {
        throw new RangeError("A text of more than 10,000 characters cannot be normalized.");
      }
      return apply(before, text, [given, ...more]);
    });
  }
  // The steps of an iterator are the script's own: the engine looks at the time with each.
  const iterator = getPrototypeOf([][Symbol.iterator]());
  replace(iterator, "next", (before) => function () { return apply(before, this, []); });
  for (const name of Object.getOwnPropertyNames(getPrototypeOf(iterator))) delete getPrototypeOf(iterator)[name];
  delete globalThis.Iterator;

  const copy = (value) => {
    const text = stringify(value);
    return text === undefined ? undefined : parse(text);
  };
  const kept = (value) => {
    const text = stringify(value, (_, part) => (typeof part === "number" && part !== part ? "NaN" : part));
    return text === undefined ? null : parse(text);
  };
  const asMemory = (value) => Object.assign(Object.create(null), value);
  let memory = asMemory(input.memory), changed = false, left = 0, excess = false;
  const events = [], logs = [];
  const log = (level, message) => {
    if (logs.length >= input.most_lines) left += 1;
    else logs[logs.length] = (level + (typeof message === "string" ? message : (stringify(message) ?? String(message)))).slice(0, input.most_chars);
  };
  const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

  const Agent = function () {};
  Object.assign(Agent, {
    check() {},
    receive() {},
    createEvent(payload) {
      const text = stringify(payload);
      if (text === undefined) throw new TypeError("createEvent is given no payload.");
      if (events.length >= input.most_events) {
        excess = true;
        throw new RangeError("More than " + input.most_events + " events are created.");
      }
      events[events.length] = text;
      return parse(text);
    },
    incomingEvents: () => copy(input.events),
    memory(key, value) {
      if (key === undefined) return copy(memory);
      if (value === undefined) return copy(memory[key]);
      memory[key] = kept(value);
      changed = true;
    },
    setMemory(value) {
      if (Object(value) !== value || isArray(value)) throw new TypeError("The memory is an object.");
      memory = asMemory(kept(value));
      changed = true;
    },
    deleteKey(key) {
      if (!(key in memory)) return null;
      const value = memory[key];
      delete memory[key];
      changed = true;
      return value;
    },
    credential() {
      throw new Error("No script sees a credential: write {% credential name %} in the options of the http_request that sends it.");
    },
    options: (key) => (key === undefined ? copy(input.options) : copy(asMemory(input.options)[key])),
    log: (message) => log("", message),
    error: (message) => log("Error: ", message),
    escapeHtml: (text) => String(text).replace(/[&<>"']/g, (found) => ESCAPED[found]),
    unescapeHtml: (text) =>
      String(text).replace(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));/g, (found, name, decimal, hex) => {
        if (name) return NAMED[name];
        const code = decimal ? parseInt(decimal, 10) : parseInt(hex, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : found;
      }),
  });
  Object.defineProperty(Agent, "kvs", { get: () => copy(input.kvs) });
  globalThis.Agent = Agent;

  return (what) => {
    globalThis.Agent[what]();
    if (excess) throw new RangeError("More than " + input.most_events + " events are created.");
    if (left > 0) logs[logs.length] = left + " more lines are left out.";
    let list = "";
    for (let i = 0; i < events.length; i++) list += (i > 0 ? "," : "") + events[i];
    return '{"events":[' + list + '],"logs":' + stringify(logs) + (changed ? ',"memory":' + stringify(memory) : "") + "}";
  };
})
