//! Futures that are polled at once, since many have nothing to wait for.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

/// A future after its first poll.
pub(crate) enum Begun<F: Future> {
    /// It had nothing to wait for.
    Done(F::Output),
    /// It waits.
    Waiting(Waiting<F>),
}

/// The rest of a future. What it waits for may keep the waker that it was given first, so it
/// is given the same again, whoever polls it.
pub(crate) struct Waiting<F: Future> {
    future: Pin<Box<F>>,
    relay: Arc<Relay>,
}

/// Passes on that the future is to be polled.
#[derive(Default)]
struct Relay(Mutex<Option<Waker>>);

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        // Nobody waits yet who would not poll at first anyway.
        let waker = self.0.lock().ok().and_then(|waker| waker.clone());
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Polls a future for the first time.
pub(crate) fn begin<F: Future>(future: F) -> Begun<F> {
    let mut future = Box::pin(future);
    let relay = Arc::new(Relay::default());
    let waker = Waker::from(Arc::clone(&relay));
    match future.as_mut().poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(output) => Begun::Done(output),
        Poll::Pending => Begun::Waiting(Waiting { future, relay }),
    }
}

impl<F: Future> Future for Waiting<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if let Ok(mut waker) = self.relay.0.lock() {
            waker.replace(context.waker().clone());
        }
        let waker = Waker::from(Arc::clone(&self.relay));
        let mut context = Context::from_waker(&waker);
        self.future.as_mut().poll(&mut context)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use futures_util::FutureExt;

    use super::*;

    /// Waits until it is told, and keeps the first waker that it gets.
    fn stubborn(
        is_told: Rc<Cell<bool>>,
        first: Rc<Cell<Option<Waker>>>,
    ) -> impl Future<Output = u32> {
        let mut is_kept = false;
        std::future::poll_fn(move |context| {
            if is_told.get() {
                return Poll::Ready(7);
            }
            if !std::mem::replace(&mut is_kept, true) {
                first.set(Some(context.waker().clone()));
            }
            Poll::Pending
        })
    }

    struct Noted(std::sync::atomic::AtomicU32);

    impl Wake for Noted {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }

    #[test]
    fn what_has_nothing_to_wait_for_is_done_at_once() {
        assert!(matches!(begin(async { 7 }), Begun::Done(7)));
    }

    #[test]
    fn whoever_keeps_the_first_waker_wakes_the_one_who_polls_last() {
        let (is_told, first) = (Rc::default(), Rc::default());
        let begun = begin(stubborn(Rc::clone(&is_told), Rc::clone(&first)));
        let Begun::Waiting(mut waiting) = begun else {
            panic!("it was not told yet");
        };
        let noted = Arc::new(Noted(0.into()));
        let waker = Waker::from(Arc::clone(&noted));
        let mut context = Context::from_waker(&waker);
        assert!(waiting.poll_unpin(&mut context).is_pending());
        is_told.set(true);
        first.take().unwrap().wake();
        assert_eq!(noted.0.load(std::sync::atomic::Ordering::Relaxed), 1);
        assert_eq!(waiting.poll_unpin(&mut context), Poll::Ready(7));
    }
}
