// Objects that are looked into by names from outside: `constructor` and `__proto__` are names like others.

/** What an object itself has by a name; nothing of what every object has. */
export function ownOf<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** An object for values by names from outside: it has nothing but what is put in. */
export function byName<T>(): Record<string, T> {
  return Object.create(null);
}
