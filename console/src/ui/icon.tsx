// Icons of one set (Lucide): 16 px, 1.5 px strokes. Only those that are in use are in the program; all are listed here.
import activity from "lucide-static/icons/activity.svg?raw";
import at from "lucide-static/icons/at-sign.svg?raw";
import bot from "lucide-static/icons/bot.svg?raw";
import check from "lucide-static/icons/check.svg?raw";
import chevronDown from "lucide-static/icons/chevron-down.svg?raw";
import chevronRight from "lucide-static/icons/chevron-right.svg?raw";
import chevronUp from "lucide-static/icons/chevron-up.svg?raw";
import clock from "lucide-static/icons/clock.svg?raw";
import code from "lucide-static/icons/code.svg?raw";
import copy from "lucide-static/icons/copy.svg?raw";
import database from "lucide-static/icons/database.svg?raw";
import download from "lucide-static/icons/download.svg?raw";
import more from "lucide-static/icons/ellipsis.svg?raw";
import filter from "lucide-static/icons/filter.svg?raw";
import flask from "lucide-static/icons/flask-conical.svg?raw";
import folder from "lucide-static/icons/folder.svg?raw";
import branch from "lucide-static/icons/git-branch.svg?raw";
import merge from "lucide-static/icons/git-merge.svg?raw";
import globe from "lucide-static/icons/globe.svg?raw";
import hand from "lucide-static/icons/hand.svg?raw";
import history from "lucide-static/icons/history.svg?raw";
import hourglass from "lucide-static/icons/hourglass.svg?raw";
import key from "lucide-static/icons/key-round.svg?raw";
import keyboard from "lucide-static/icons/keyboard.svg?raw";
import layout from "lucide-static/icons/layout-dashboard.svg?raw";
import link from "lucide-static/icons/link.svg?raw";
import logOut from "lucide-static/icons/log-out.svg?raw";
import maximize from "lucide-static/icons/maximize.svg?raw";
import panel from "lucide-static/icons/panel-left.svg?raw";
import play from "lucide-static/icons/play.svg?raw";
import plug from "lucide-static/icons/plug.svg?raw";
import plus from "lucide-static/icons/plus.svg?raw";
import power from "lucide-static/icons/power.svg?raw";
import redo from "lucide-static/icons/redo-2.svg?raw";
import reply from "lucide-static/icons/reply.svg?raw";
import replay from "lucide-static/icons/rotate-ccw.svg?raw";
import rss from "lucide-static/icons/rss.svg?raw";
import search from "lucide-static/icons/search.svg?raw";
import send from "lucide-static/icons/send.svg?raw";
import settings from "lucide-static/icons/settings.svg?raw";
import split from "lucide-static/icons/split.svg?raw";
import stop from "lucide-static/icons/square.svg?raw";
import note from "lucide-static/icons/sticky-note.svg?raw";
import trash from "lucide-static/icons/trash-2.svg?raw";
import alert from "lucide-static/icons/triangle-alert.svg?raw";
import text from "lucide-static/icons/type.svg?raw";
import undo from "lucide-static/icons/undo-2.svg?raw";
import upload from "lucide-static/icons/upload.svg?raw";
import workflow from "lucide-static/icons/workflow.svg?raw";
import x from "lucide-static/icons/x.svg?raw";
import zap from "lucide-static/icons/zap.svg?raw";

const RAW = {
  activity,
  alert,
  at,
  bot,
  branch,
  check,
  chevronDown,
  chevronRight,
  chevronUp,
  clock,
  code,
  copy,
  database,
  download,
  filter,
  flask,
  folder,
  globe,
  hand,
  history,
  hourglass,
  key,
  keyboard,
  layout,
  link,
  logOut,
  maximize,
  merge,
  more,
  note,
  panel,
  play,
  plug,
  plus,
  power,
  redo,
  replay,
  reply,
  rss,
  search,
  send,
  settings,
  split,
  stop,
  text,
  trash,
  undo,
  upload,
  workflow,
  x,
  zap,
};

export type IconName = keyof typeof RAW;

/** The shapes inside an icon's file, without its frame. */
function inside(svg: string) {
  return svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
}

/** An icon. It says nothing to screen readers: what stands beside it does, or the button's label. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={36 / size}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      // biome-ignore lint/security/noDangerouslySetInnerHtml: these are the constants above, and nothing from outside.
      dangerouslySetInnerHTML={{ __html: inside(RAW[name]) }}
    />
  );
}
