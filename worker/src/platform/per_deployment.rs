//! What is made of the settings, for as long as they are the same.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::JsValue;

/// Something that is read of a setting, or of all of them, and again once the platform hands
/// over another: an isolate may outlive a deployment that changes nothing else.
pub(crate) struct PerDeployment<T>(RefCell<Option<(JsValue, Rc<T>)>>);

impl<T> PerDeployment<T> {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// What `read` makes of what is stated at present.
    pub(crate) fn get(&self, present: &JsValue, read: impl FnOnce() -> T) -> Rc<T> {
        let known = self.0.borrow();
        if let Some((_, value)) = known.as_ref().filter(|(of, _)| Object::is(of, present)) {
            return Rc::clone(value);
        }
        drop(known);
        let value = Rc::new(read());
        self.0.replace(Some((present.clone(), Rc::clone(&value))));
        value
    }
}
