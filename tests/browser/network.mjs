// What a visit of the dashboard asks for over the network.

/**
 * DevTools' profile "Slow 3G", as it sets it: 400 ms five times over, for it holds up answers
 * and not packets, and 400 kbit/s both ways, in bytes.
 */
export const SLOW_3G = {
  offline: false,
  latency: 2_000,
  downloadThroughput: 50_000,
  uploadThroughput: 50_000,
};

/**
 * Goes somewhere by `go` and waits until its page is there and asks for nothing more. Tells
 * the paths that were asked for over the network, how many bytes came, and after how many
 * milliseconds there was something to read and the page itself.
 */
export async function visit(page, go, conditions) {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  if (conditions) await session.send("Network.emulateNetworkConditions", conditions);
  const paths = new Map();
  const cached = new Set();
  let bytes = 0;
  session.on("Network.requestWillBeSent", ({ requestId, request }) => {
    paths.set(requestId, new URL(request.url).pathname);
  });
  session.on("Network.requestServedFromCache", ({ requestId }) => cached.add(requestId));
  session.on("Network.responseReceived", ({ requestId, response }) => {
    if (response.fromDiskCache || response.fromServiceWorker) cached.add(requestId);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (!cached.has(requestId)) bytes += encodedDataLength;
  });
  const began = performance.now();
  await go();
  const shell = performance.now() - began;
  await page.locator("h1").first().waitFor();
  const shown = performance.now() - began;
  await page.waitForLoadState("networkidle");
  await session.detach();
  const asked = [...paths].filter(([id]) => !cached.has(id)).map(([, path]) => path);
  return { paths: asked, bytes, shell, shown };
}
