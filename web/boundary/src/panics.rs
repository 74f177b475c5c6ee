//! The words of a panic: a trap reaches JavaScript as a bare `unreachable`.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

thread_local! {
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes a panic say what happened, in the console and in [`last_panic`].
pub fn keep_panics() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        web_sys::console::error_1(&JsValue::from_str(&text));
        LAST_PANIC.with_borrow_mut(|last| *last = Some(text));
    }));
}

/// The words of the last panic.
#[must_use]
pub fn last_panic() -> Option<String> {
    LAST_PANIC.with_borrow(Clone::clone)
}
