// The default entry, for browsers: one file, which a page can import without a
// bundler. The build writes the text behind all code, where no line that an error
// prints has it.

import { loadFromText } from "./packed.js";

loadFromText(() => MODULE_TEXT);

export * from "./api.js";
