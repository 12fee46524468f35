// Cells of a canvas, for workflows that are made over the API.

export const agent = (id, agent_type, [x, y], config = {}, name = id) => ({
  id,
  type: "agent",
  agent_type,
  name,
  position: { x, y },
  config,
});

export const link = (source, target, group_id) => ({
  id: `${source}>${target}${group_id ?? ""}`,
  type: "link",
  source: { id: source },
  target: { id: target },
  ...(group_id && { group_id }),
});
