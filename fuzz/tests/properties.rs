//! The properties on arbitrary bytes, on what looks like real input, and on
//! what was a fault once.

use assessments_fuzz::{client_answer, definition, id, json_text, name_template};
use proptest::prelude::*;

/// Texts near the edges of the rules.
const TEXTS: [&str; 14] = [
    "",
    "\u{feff}{}",
    "\u{feff}\u{feff}{}",
    r#"{"vendor_id":1e999,"control_set_ids":[1e999]}"#,
    r#"{"vendor_id":"\ud83d\ude00","control_set_ids":["\ud83d"]}"#,
    r#"{"control_set_ids":[[[[[[[[]]]]]]]]}"#,
    "cbvndr_bdbb39ff21c65aa009a055bb64bf3703",
    "cbvndr_BDBB39FF21C65AA009A055BB64BF3703",
    "cbvndr_☕bbb39ff21c65aa009a055bb64bf3703",
    "{{vendor:name}}{{{{year}}}}\n{{service:name}}",
    "\u{a0}{{cycle}}\u{2003}\n\u{a0}",
    r#"{"id":"cbwc_bdbb39ff21c65aa009a055bb64bf3703","name":"n","action_type":"wait","parameters":{"seconds":1}}"#,
    r#"{"detail":[{"loc":["body",-1],"msg":"m","type":"t"}]}"#,
    r#"{"detail":{"error":"vendor_id: ; , not found not found"}}"#,
];

fn hold(bytes: &[u8]) {
    json_text(bytes);
    id(bytes);
    name_template(bytes);
    definition(bytes);
    client_answer(bytes);
}

#[test]
fn the_properties_hold_for_texts_near_the_edges() {
    for text in TEXTS {
        hold(text.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn the_properties_hold_for_arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        hold(&bytes);
    }

    #[test]
    fn the_properties_hold_for_texts_that_are_cut_and_joined(
        first in 0..TEXTS.len(), second in 0..TEXTS.len(), at in 0..120_usize, junk in ".{0,4}",
    ) {
        let head: String = TEXTS[first].chars().take(at).collect();
        let tail: String = TEXTS[second].chars().skip(at).collect();
        hold(format!("{head}{junk}{tail}").as_bytes());
    }
}
