// What templates may name: the paths of the last event, the filters, and the project's credentials.
import { useCallback, useMemo } from "react";
import type { Proposal, Words } from "../ui/code";
import { templatePath } from "../ui/paths";
import { useForm } from "./context";
import { useCredentials } from "./data";
import { pathsOf, sample } from "./paths";

const FILTERS: [string, string][] = [
  ["as_object", "the value itself, not its text"],
  ["default", 'stands in for what is nothing: `default: "x"`'],
  ["date", 'writes a time: `date: "%d.%m.%Y"`'],
  ["json", "the value as JSON text"],
  ["fromjson", "reads JSON that stands in a text"],
  ["size", "how many items, or characters"],
  ["join", 'the items as one text: `join: ", "`'],
  ["split", 'a list from a text: `split: ","`'],
  ["map", 'the property of each object: `map: "name"`'],
  ["where", "the objects whose property is that value"],
  ["first", "the first item"],
  ["last", "the last item"],
  ["sum", "the sum of the items"],
  ["sort", "in order"],
  ["uniq", "each item once"],
  ["truncate", "at most so many characters: `truncate: 80`"],
  ["upcase", "all letters large"],
  ["downcase", "all letters small"],
  ["capitalize", "the first letter large"],
  ["strip", "without blanks at both ends"],
  ["replace", "another text for each occurrence"],
  ["append", "adds a text at the end"],
  ["prepend", "adds a text at the beginning"],
  ["plus", "adds"],
  ["minus", "subtracts"],
  ["times", "multiplies"],
  ["divided_by", "divides"],
  ["round", "to a whole number, or a number of digits"],
  ["at_least", "the larger of two numbers"],
  ["at_most", "the smaller of two numbers"],
  ["url_encode", "as forms are sent"],
  ["uri_escape", "for a part of a URL"],
  ["escape", "for HTML"],
  ["regex_extract", "the first match of a regular expression"],
  ["regex_replace", "replaces every match"],
  ["sha256", "the hash in hexadecimal"],
  ["base64_encode", "writes base64"],
];
const TAGS: Proposal[] = [
  { label: "if", detail: "… endif" },
  { label: "for", detail: "… endfor" },
  { label: "assign", detail: "name = value" },
  { label: "unless", detail: "… endunless" },
  { label: "case", detail: "… endcase" },
];
const OTHERS: Proposal[] = [
  { label: "payload", detail: "the whole payload" },
  { label: "event.id", detail: "the event's id" },
  { label: "event.created_at", detail: "when it came" },
  { label: "agent.name", detail: "this agent" },
  { label: "now", detail: "the time of the attempt" },
];

/** Asks for the words when they are needed: the paths of a large payload are found once for each event. */
export function useTemplateWords(): () => Words {
  const { event } = useForm();
  const credentials = useCredentials();
  const payload = event?.payload;
  const paths = useMemo(() => {
    let found: Proposal[] | undefined;
    return () => {
      found ??= pathsOf(payload).flatMap(({ keys, value }) => {
        const label = templatePath(keys);
        return label === undefined ? [] : [{ label, detail: sample(value) }];
      });
      return found;
    };
  }, [payload]);
  return useCallback(
    () => ({
      paths: [...paths(), ...OTHERS],
      filters: FILTERS.map(([label, detail]) => ({ label, detail })),
      tags: [...credentials.map(({ name }) => ({ label: `credential ${name}`, detail: "a secret" })), ...TAGS],
    }),
    [paths, credentials],
  );
}
