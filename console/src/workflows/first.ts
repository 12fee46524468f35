// The workflow that an empty project is offered: GitHub's pushes become a feed. It calls nobody, so that it works anywhere at once.

interface AgentCell {
  id: string;
  type: "agent";
  agent_type: string;
  name: string;
  position: { x: number; y: number };
  config: Record<string, unknown>;
}

interface LinkCell {
  id: string;
  type: "link";
  source: { id: string };
  target: { id: string };
  group_id?: string;
}

const agent = (
  id: string,
  agent_type: string,
  name: string,
  [x, y]: [number, number],
  config: Record<string, unknown>,
): AgentCell => ({ id, type: "agent", agent_type, name, position: { x, y }, config });

const link = (source: string, target: string, group_id?: string): LinkCell => ({
  id: `${source}>${target}`,
  type: "link",
  source: { id: source },
  target: { id: target },
  ...(group_id && { group_id }),
});

export const FIRST: { name: string; cells: (AgentCell | LinkCell)[] } = {
  name: "Demo: GitHub pushes",
  cells: [
    agent("github", "webhook", "GitHub push", [40, 160], {}),
    agent("on-main", "condition", "To main, with commits", [320, 160], {
      condition: {
        all: [
          { path: "ref", operator: "eq", value: "refs/heads/main" },
          { not: { path: "commits", operator: "is_empty" } },
        ],
      },
    }),
    agent("lanes", "split", "Two ways to tell it", [600, 160], {
      groups: [
        { name: "short", weight: 1 },
        { name: "long", weight: 1 },
      ],
      key: "{{ head_commit.id }}",
    }),
    agent("short", "event_formatting", "In short", [880, 60], {
      mode: "clean",
      instructions: {
        title: "{{ pusher.name }} pushed to {{ repository.full_name }}",
        text: "{{ head_commit.message }}",
        link: "{{ compare }}",
      },
    }),
    agent("long", "event_formatting", "In full", [880, 260], {
      mode: "clean",
      instructions: {
        title: "{{ commits.size }} commit(s) on {{ repository.full_name }}",
        text: "{% for commit in commits %}{{ commit.author.name }}: {{ commit.message }}. {% endfor %}",
        link: "{{ compare }}",
      },
    }),
    agent("feed", "data_output", "Feed of pushes", [1160, 160], {
      template: {
        title: "Pushes",
        description: "What was pushed to main",
        item: { title: "{{ title }}", description: "{{ text }}", link: "{{ link }}" },
      },
    }),
    link("github", "on-main", "on_receive"),
    link("on-main", "lanes", "on_match"),
    link("lanes", "short", "short"),
    link("lanes", "long", "long"),
    link("short", "feed"),
    link("long", "feed"),
  ],
};
