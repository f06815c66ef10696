// For browsers: one file, which a page can import without a bundler. The build writes
// the text behind all code, where no line that an error prints has it.

import { compile } from "../compile.js";
import { decode } from "../packed.js";

export const load = () => compile(decode(MODULE_TEXT));
