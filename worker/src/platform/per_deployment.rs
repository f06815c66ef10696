//! What is made of the settings, for as long as they are the same.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::JsValue;
use worker::Env;

/// Something that is read of the settings, and again once the platform hands over others: an
/// isolate may outlive a deployment that changes nothing else.
pub(crate) struct PerDeployment<T>(RefCell<Option<(JsValue, Rc<T>)>>);

impl<T> PerDeployment<T> {
    pub(crate) const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// What `read` makes of the settings.
    pub(crate) fn get(&self, env: &Env, read: impl FnOnce() -> T) -> Rc<T> {
        let present: &JsValue = env.as_ref();
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
