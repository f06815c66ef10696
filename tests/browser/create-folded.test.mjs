// Which names are taken for the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { folded } from "../../www/folded.js";

test("case_accents_and_white_space_make_no_other_name", () => {
  for (const [one, other] of [
    ["Ångström  Labs", " angstrom LABS"],
    ["Zoë & Sons", "Zoe & Sons"],
    ["Ωμέγα", "ωμεγα"],
    ["Việt Nam", "Viet nam"],
    ["ＡＣＭＥ", "acme"],
  ])
    assert.equal(folded(one), folded(other));
});

test("vowels_and_letters_of_other_scripts_do", () => {
  for (const [one, other] of [
    ["मिना", "मीना"],
    ["मिना", "मना"],
    ["Мой банк", "Мои банк"],
    ["กิน", "กัน"],
    ["ガス", "カス"],
  ])
    assert.notEqual(folded(one), folded(other));
});
