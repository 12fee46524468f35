// Takes a picture of a page: node scripts/shot.mjs URL FILE.png [--dark] [--width 1440] [--height 900] [--click SELECTOR]... [--wait SELECTOR]
// It also prints what the page wrote to the console, and what it could not load.
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dark: { type: "boolean" },
    width: { type: "string", default: "1440" },
    height: { type: "string", default: "900" },
    click: { type: "string", multiple: true, default: [] },
    wait: { type: "string" },
  },
});
const [url, file] = positionals;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage({
  viewport: { width: Number(values.width), height: Number(values.height) },
  colorScheme: values.dark ? "dark" : "light",
});
page.on("console", (message) => message.type() !== "debug" && console.log(`${message.type()}: ${message.text()}`));
page.on("requestfailed", (request) => console.log(`failed: ${request.url()} ${request.failure()?.errorText}`));
await page.goto(url);
await page.waitForTimeout(800);
for (const selector of values.click) {
  await page.click(selector);
  await page.waitForTimeout(300);
}
if (values.wait) await page.waitForSelector(values.wait);
await page.screenshot({ path: file });
await browser.close();
