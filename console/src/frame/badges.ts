// The counts of the rail: what needs somebody.
import { useQuery } from "@tanstack/react-query";
import { api, call } from "../api/client";
import type { Answer } from "../api/types";

interface Badges {
  failures?: string;
  waiting?: string;
}

type Overview = Answer<"overview_show">["data"];

/** A count in words: `100+` where there may be more, and nothing for none. */
export function shownOf(overview: Overview | undefined, name: "failures" | "waiting"): string | undefined {
  const count = overview?.[name];
  return count ? `${count}${overview?.at_least.some((counted) => counted === name) ? "+" : ""}` : undefined;
}

/** Asks for the counts of a project. */
export function useBadges(project: string): Badges {
  const { data } = useQuery({
    queryKey: ["overview", project],
    refetchInterval: 30_000,
    queryFn: () => call(api.GET("/api/v1/projects/{project}/overview", { params: { path: { project } } })),
  });
  return { failures: shownOf(data?.data, "failures"), waiting: shownOf(data?.data, "waiting") };
}
