// A headless Chromium, Debian's or the one that $CHROMIUM names.

import {chromium} from "playwright-core";

export const kChromium = process.env.CHROMIUM || "/usr/bin/chromium";

export function openBrowser() {
  return chromium.launch({
    executablePath: kChromium,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb", "--hide-scrollbars"],
  });
}
