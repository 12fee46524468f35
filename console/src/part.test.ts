import { afterEach, expect, test, vi } from "vitest";
import { patiently } from "./part";

afterEach(() => {
  vi.restoreAllMocks();
  document.head.replaceChildren();
});

test("what cannot be loaded while the network is away is loaded when it is back, with its styles", async () => {
  const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  const style = document.head.appendChild(document.createElement("link"));
  Object.assign(style, { rel: "stylesheet", href: "data:text/css," });
  Object.defineProperty(style, "sheet", { value: null });
  const load = vi.fn(async () => "a page").mockRejectedValueOnce(new Error("Failed to fetch"));
  const loaded = patiently(load);
  await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(1));
  online.mockReturnValue(true);
  window.dispatchEvent(new Event("online"));
  expect(await loaded).toBe("a page");
  expect(style.isConnected).toBe(false);
  expect(document.querySelector("link")?.href).toBe("data:text/css,");
});

test("what fails while the network is there is told", async () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(true);
  await expect(patiently(() => Promise.reject(new Error("404")))).rejects.toThrow("404");
});
