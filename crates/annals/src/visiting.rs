//! Visits of events that can fail: [`go_on`].

use std::ops::ControlFlow;

/// Goes on with a visit, or ends it and keeps what went wrong.
pub(crate) fn go_on<E>(done: Result<(), E>, failed: &mut Result<(), E>) -> ControlFlow<()> {
    if done.is_ok() {
        return ControlFlow::Continue(());
    }
    *failed = done;
    ControlFlow::Break(())
}
