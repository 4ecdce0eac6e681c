//! What a stand-in answers next, and what it was asked.

use super::{Captured, Reply};
use std::sync::{Arc, Mutex};

/// Shared by all connections of a stand-in.
pub type State = Arc<Mutex<(Reply, Vec<Captured>)>>;

/// Keeps a request and gives the answer to it.
pub fn take(state: &State, request: Captured) -> Reply {
    let mut state = state.lock().expect("the state");
    state.1.push(request);
    match state.0.clone() {
        Reply::Once(first, then) => {
            state.0 = *then;
            *first
        }
        reply => reply,
    }
}
