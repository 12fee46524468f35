// The counts of the rail: what needs somebody.
import { useQuery } from "@tanstack/react-query";

interface Badges {
  failures?: string;
  waiting?: string;
}

interface Overview {
  failures?: number | string;
  waiting?: number | string;
}

/** Asks for the counts of a project; an older server has none, and then no badge is shown. */
export function useBadges(project: string): Badges {
  const { data } = useQuery({
    queryKey: ["overview", project],
    refetchInterval: 10_000,
    queryFn: async (): Promise<Overview> => {
      const answer = await fetch(`/api/v1/projects/${project}/overview`, { credentials: "same-origin" });
      return answer.ok ? (await answer.json()).data : {};
    },
  });
  const shown = (count: number | string | undefined) => (count ? String(count) : undefined);
  return { failures: shown(data?.failures), waiting: shown(data?.waiting) };
}
