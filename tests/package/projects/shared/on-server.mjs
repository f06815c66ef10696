// What holds in the runtimes of servers alone: a service-account key is sent,
// and a redirect is told with its target, for answers are not opaque there.

const ID = "cbqsrw_0128e42c9f5c076efa5c191794409293";

/** What a read comes to: the status of the assessment, or the error. */
export function read({ AssessmentsClient }, options) {
  const client = new AssessmentsClient({ token: "session-token", maxRetries: 0, ...options });
  return client.retrieve(ID).then(
    ({ status }) => status,
    (error) => `${error.name}: ${error.message}`,
  );
}

export async function onServer(imported, baseUrl, options) {
  return {
    key: await read(imported, { baseUrl, token: "ak_live_example", ...options }),
    redirected: await read(imported, { baseUrl: `${baseUrl}/away`, ...options }),
  };
}
