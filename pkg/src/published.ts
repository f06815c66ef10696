// Nothing runs this: it has the compiler compare what the modules export with what
// the package publishes of them.

import type * as published from "../dist/index.js";
import type * as publishedTesting from "../dist/testing.js";
import type * as publishedWebhook from "../dist/webhook.js";
import * as api from "./api.js";
import * as testing from "./testing.js";
import * as webhook from "./webhook.js";

/**
 * Classes are compared by what they make: errors are made by the package alone. What
 * disposes is there where the platform has a name for it.
 */
type Made<Exports> = {
  [Name in keyof Exports]: Exports[Name] extends new (
    ...args: never
  ) => infer Instance
    ? new (
        ...args: never
      ) => Omit<Instance, typeof Symbol.dispose>
    : Exports[Name];
};

api satisfies Made<typeof published>;
webhook satisfies Made<typeof publishedWebhook>;
testing satisfies Made<typeof publishedTesting>;
