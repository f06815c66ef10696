// The service worker, which opens the page where there is no connection.

const ADDRESS = "/dashboard/service-worker.js";

/** Has the browser keep the shell of the page for the next visit, once this one is served. */
export function keepForOffline() {
  if (!navigator.serviceWorker) return;
  const register = async () => {
    try {
      const options = /** @type {const} */ ({ scope: "/", updateViaCache: "none" });
      await navigator.serviceWorker.register(address(), options);
    } catch (error) {
      // The page is as good without.
      const { message } = /** @type {Error} */ (error);
      console.info("The page is not kept for offline:", message);
    }
  };
  if (document.readyState === "complete") register();
  else addEventListener("load", register);
}

/**
 * The one address that the page's policy lets it make a script of.
 *
 * @returns {string}
 */
function address() {
  const { trustedTypes } = /** @type {any} */ (globalThis);
  const policy = trustedTypes?.createPolicy("service-worker", { createScriptURL: () => ADDRESS });
  return policy?.createScriptURL("") ?? ADDRESS;
}
